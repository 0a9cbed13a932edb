using Cadre.Server.ChatKit;
using Cadre.Server.Http;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Identity;

/// <summary>Every request proves who sent it, except those for health. ChatKit's end users prove themselves to their face, by a session's secret.</summary>
internal sealed class Authentication(ApiKeys keys, RequestDelegate next)
{
    private const string Bearer = "Bearer ";

    public async Task InvokeAsync(HttpContext http)
    {
        if (IsOpen(http.Request.Path) || ChatCallers.HasSecret(http) || ChatUploads.HasToken(http))
        {
            await next(http);
            return;
        }

        var header = http.Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            throw new ApiException(StatusCodes.Status401Unauthorized,
                "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).");
        }

        if (await keys.FindAsync(header[Bearer.Length..].Trim(), http.RequestAborted) is not { } caller)
            throw new ApiException(StatusCodes.Status401Unauthorized, "Incorrect API key provided.") { Code = "invalid_api_key" };
        caller.Attach(http);
        await next(http);
    }

    private static bool IsOpen(PathString path) => path == "/healthz" || path == "/readyz" || path == "/openapi.json";
}
