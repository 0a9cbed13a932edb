using System.Text.Json;

namespace Cadre.Conformance.Tests.BadInput;

/// <summary>A request that is wrong in one respect.</summary>
/// <param name="Fault">For people.</param>
/// <param name="Path">With "/v1" and query.</param>
/// <param name="Parameter">Must begin the error's "param"; null when no parameter is to blame or OpenAI names none.</param>
/// <param name="Statuses">What OpenAI answers; empty for anything from 400 to 499.</param>
/// <param name="MayPass">OpenAI's own answer is not known, or lenient: whatever is not a server error will do.</param>
internal sealed record WrongRequest(string Fault, HttpMethod Method, string Path, HttpContent? Content = null, string? Parameter = null, int[]? Statuses = null, bool MayPass = false)
{
    /// <summary>Leaves out the key, or replaces it; null keeps the good one.</summary>
    public string? Key { get; init; }

    /// <summary>The HTTP server itself refuses it, before anybody knows which API is meant.</summary>
    public bool AnyShape { get; init; }

    private bool IsNoRoute(string body) =>
        body.Contains("\"unknown_url\"", StringComparison.Ordinal) || (Method != HttpMethod.Put && body.Contains("\"method_not_supported\"", StringComparison.Ordinal));

    /// <summary>What is wrong with the answer; null when it is as OpenAI's.</summary>
    public string? Blame(int status, string? mediaType, string body)
    {
        if (status >= 500) return "a server error";
        if (!AnyShape && IsNoRoute(body)) return "is not served";
        if (status < 400) return MayPass ? null : "was accepted";
        if (Statuses is { Length: > 0 } statuses && !statuses.Contains(status)) return $"must be {string.Join(" or ", statuses)}";
        if (AnyShape) return null;
        if (mediaType != "application/json") return $"the error is {mediaType ?? "nothing"}, not application/json";
        try
        {
            using var parsed = JsonDocument.Parse(body);
            var faults = Description.ApiDescription.OpenAI.Check(Description.ApiDescription.Reference("ErrorResponse"), parsed.RootElement);
            if (faults.Count > 0) return "the error's shape: " + string.Join(' ', faults);
            var error = parsed.RootElement.GetProperty("error");
            var message = error.GetProperty("message").GetString()!;
            if (message.Length == 0 || message.Contains("   at ", StringComparison.Ordinal) || message.Contains("Exception", StringComparison.Ordinal)) return "the message shows the insides or nothing";
            var parameter = error.GetProperty("param").GetString();
            return Parameter is null || parameter?.StartsWith(Parameter, StringComparison.Ordinal) == true ? null : $"param is {parameter ?? "null"}, not {Parameter}";
        }
        catch (JsonException)
        {
            return "the error is not JSON";
        }
    }
}
