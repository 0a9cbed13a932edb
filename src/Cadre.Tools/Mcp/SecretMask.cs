using Cadre.Tools.Mcp.Configuration;

namespace Cadre.Tools.Mcp;

/// <summary>Keeps the values that mcp.json's placeholders stand for out of everything that a server, or the wire to it, says.</summary>
internal sealed class SecretMask
{
    private const int ShortestSecret = 6;
    private readonly (string Value, string Name)[] _secrets;

    private SecretMask(IEnumerable<(string Value, string Name)> secrets) =>
        _secrets = [.. secrets.Where(secret => secret.Value.Length >= ShortestSecret).OrderByDescending(secret => secret.Value.Length)];

    public static SecretMask Of(McpEndpoint endpoint, Func<string, string?> environment)
    {
        IEnumerable<string> texts = endpoint switch
        {
            McpEndpoint.Stdio stdio => stdio.Environment.Values,
            McpEndpoint.Http http => [http.Url, .. http.Headers.Values],
            _ => [],
        };
        return new(texts.SelectMany(Placeholders.Names).Distinct().Select(name => (environment(name) ?? "", name)));
    }

    public string Apply(string text)
    {
        foreach (var (value, name) in _secrets) text = text.Replace(value, $"${{env:{name}}}", StringComparison.Ordinal);
        return text;
    }
}
