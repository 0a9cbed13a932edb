using Cadre.Tools.Mcp.Configuration;
using Cadre.Tools.Mcp.OAuth;

namespace Cadre.Tools.Mcp;

/// <summary>Keeps the values that placeholders stand for, and the tokens in use, out of everything that a server, or the wire to it, says.</summary>
internal sealed class SecretMask
{
    private const int ShortestSecret = 6;
    private readonly (string Value, string Name)[] _secrets;
    private readonly OAuthSession? _session;

    private SecretMask(IEnumerable<(string Value, string Name)> secrets, OAuthSession? session) =>
        (_session, _secrets) = (session, [.. secrets.Where(secret => secret.Value.Length >= ShortestSecret).OrderByDescending(secret => secret.Value.Length)]);

    public static SecretMask Of(McpEndpoint endpoint, Func<string, string?> environment, OAuthSession? session)
    {
        IEnumerable<string> texts = endpoint switch
        {
            McpEndpoint.Stdio stdio => stdio.Environment.Values,
            McpEndpoint.Http http => [http.Url, .. http.Headers.Values, http.OAuth?.ClientSecret ?? ""],
            _ => [],
        };
        return new(texts.SelectMany(Placeholders.Names).Distinct().Select(name => (environment(name) ?? "", name)), session);
    }

    public string Apply(string text)
    {
        foreach (var (value, name) in _secrets) text = text.Replace(value, $"${{env:{name}}}", StringComparison.Ordinal);
        foreach (var (value, name) in _session?.Secrets ?? [])
        {
            if (value.Length >= ShortestSecret) text = text.Replace(value, $"${{{name}}}", StringComparison.Ordinal);
        }

        return text;
    }
}
