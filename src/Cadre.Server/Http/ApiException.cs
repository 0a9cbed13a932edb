using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Http;

/// <summary>
/// A refusal that the caller is told: what was wrong and where. Written as OpenAI's <c>{"error": {message, type, param, code}}</c> under /v1 and as
/// problem details (RFC 9457) elsewhere.
/// </summary>
public sealed class ApiException(int status, string message) : Exception(message)
{
    public const string InvalidRequest = "invalid_request_error";

    public int Status => status;
    public string Type { get; init; } = InvalidRequest;

    /// <summary>The offending parameter, dotted: "tools[0].function.name".</summary>
    public string? Parameter { get; init; }

    public string? Code { get; init; }

    /// <summary>For 429 and 503.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public static ApiException BadRequest(string message, string? parameter = null, string? code = null) =>
        new(StatusCodes.Status400BadRequest, message) { Parameter = parameter, Code = code };

    /// <param name="message">As OpenAI words it: "No thread found with id 'thread_x'."</param>
    public static ApiException NotFound(string message, string? parameter = null, string? code = null) =>
        new(StatusCodes.Status404NotFound, message) { Parameter = parameter, Code = code };

    public static ApiException Conflict(string message, string? code = null) => new(StatusCodes.Status409Conflict, message) { Code = code };

    public static ApiException Missing(string parameter) =>
        BadRequest($"Missing required parameter: '{parameter}'.", parameter, "missing_required_parameter");

    public static ApiException WrongType(string parameter, string expected, string got) =>
        BadRequest($"Invalid type for '{parameter}': expected {expected}, but got {got} instead.", parameter, "invalid_type");

    public static ApiException WrongValue(string parameter, string got, params IEnumerable<string> supported) =>
        BadRequest($"Invalid value: '{got}'. Supported values are: {string.Join(", ", supported.Select(value => $"'{value}'"))}.", parameter, "invalid_value");
}
