using System.Globalization;
using Cadre.Simulator.Answers;
using Microsoft.AspNetCore.Http;

namespace Cadre.Simulator.Http;

/// <summary>An error answer that a script asks for; what the script leaves out is what OpenAI sends with that status.</summary>
internal static class FaultStatus
{
    public static Task WriteAsync(HttpContext context, Fault.Status fault)
    {
        if (fault.RetryAfter is { } retryAfter)
        {
            context.Response.Headers.RetryAfter = Math.Ceiling(retryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            context.Response.Headers["retry-after-ms"] = Math.Ceiling(retryAfter.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        }

        var (type, code, message) = Usual(fault.Code);
        return JsonOutput.WriteErrorAsync(context, fault.Code, fault.Message ?? message, fault.ErrorType ?? type, fault.ErrorCode ?? code, null);
    }

    private static (string Type, string? Code, string Message) Usual(int status) => status switch
    {
        400 => ("invalid_request_error", null, "The request is not valid."),
        401 => ("invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
        403 => ("invalid_request_error", "unsupported_country_region_territory", "This request is not allowed."),
        404 => ("invalid_request_error", "model_not_found", "The model does not exist or you do not have access to it."),
        429 => ("requests", "rate_limit_exceeded", "Rate limit reached for this model."),
        503 => ("server_error", null, "The engine is currently overloaded, please try again later."),
        >= 500 => ("server_error", null, "The server had an error while processing your request. Sorry about that!"),
        _ => ("invalid_request_error", null, $"The request was refused with status {status}."),
    };
}
