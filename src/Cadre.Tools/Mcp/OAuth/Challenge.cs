using System.Net.Http.Headers;

namespace Cadre.Tools.Mcp.OAuth;

/// <summary>What a server says about the token that it wants: the Bearer challenge of WWW-Authenticate (RFC 6750, RFC 9728).</summary>
internal sealed record Challenge(string? ResourceMetadata, string? Scope, string? Error)
{
    private const int MaxLength = 8192;

    public static Challenge None { get; } = new(null, null, null);

    public static Challenge Of(HttpResponseMessage response) =>
        response.Headers.WwwAuthenticate.FirstOrDefault(header => header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)) is { } bearer ? Parse(bearer) : None;

    private static Challenge Parse(AuthenticationHeaderValue header)
    {
        var parameters = Parameters(header.Parameter ?? "");
        return new(parameters.GetValueOrDefault("resource_metadata"), parameters.GetValueOrDefault("scope"), parameters.GetValueOrDefault("error"));
    }

    private static Dictionary<string, string> Parameters(string text)
    {
        var parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (text.Length > MaxLength) return parameters;
        for (var at = 0; at < text.Length;)
        {
            var equals = text.IndexOf('=', at);
            if (equals < 0) break;
            var name = text[at..equals].Trim(' ', ',', '\t');
            at = equals + 1;
            while (at < text.Length && text[at] == ' ') at++;
            parameters.TryAdd(name, at < text.Length && text[at] == '"' ? Quoted(text, ref at) : Plain(text, ref at));
        }

        return parameters;
    }

    private static string Quoted(string text, ref int at)
    {
        var value = new System.Text.StringBuilder();
        for (at++; at < text.Length && text[at] != '"'; at++)
        {
            if (text[at] == '\\' && at + 1 < text.Length) at++;
            value.Append(text[at]);
        }

        at++;
        return value.ToString();
    }

    private static string Plain(string text, ref int at)
    {
        var end = text.IndexOf(',', at);
        if (end < 0) end = text.Length;
        var value = text[at..end].Trim();
        at = end;
        return value;
    }
}
