using System.Text.Json;

namespace Cadre.Tools.Workspaces;

/// <summary>The headers that a call may add to its request.</summary>
internal static class RequestHeaders
{
    public const int MaxHeaders = 20;
    public const int MaxValueLength = 2_000;

    // What decides about the connection, where it goes and who is behind it is not the model's to say.
    private static readonly HashSet<string> Refused = new(
        ["host", "connection", "content-length", "transfer-encoding", "upgrade", "te", "trailer", "keep-alive", "expect", "forwarded", "via", "cookie", "metadata", "metadata-flavor", "accept-encoding"],
        StringComparer.OrdinalIgnoreCase);

    public static string? Read(JsonElement arguments, out List<(string Name, string Value)> headers)
    {
        headers = [];
        if (!arguments.TryGetProperty("headers", out var given) || given.ValueKind != JsonValueKind.Object) return null;
        foreach (var property in given.EnumerateObject())
        {
            var (name, value) = (property.Name, given.Text(property.Name));
            if (headers.Count == MaxHeaders) return $"At most {MaxHeaders} headers can be sent.";
            if (name.Length is 0 or > 100 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')) return $"'{name}' is not the name of a header.";
            if (value.Length > MaxValueLength || value.Any(c => c is < ' ' or > '~')) return $"The value of header '{name}' is too long or has characters that headers cannot have.";
            if (Refused.Contains(name) || name.StartsWith("proxy-", StringComparison.OrdinalIgnoreCase) || name.StartsWith("x-forwarded", StringComparison.OrdinalIgnoreCase)
                || name.StartsWith("x-aws-", StringComparison.OrdinalIgnoreCase))
                return $"Header '{name}' cannot be set.";
            headers.Add((name, value));
        }

        return null;
    }
}
