using System.Text.RegularExpressions;

namespace Cadre.Tools.Mcp.Configuration;

/// <summary>${env:NAME} in mcp.json: the name of a secret instead of the secret.</summary>
internal static partial class Placeholders
{
    public static IEnumerable<string> Names(string text) => Placeholder().Matches(text).Select(match => match.Groups[1].Value);

    /// <summary>The text with each placeholder replaced by a harmless word, for a check of its form.</summary>
    public static string Strip(string text) => Placeholder().Replace(text, "x");

    /// <summary>Null when every "${" begins a placeholder.</summary>
    public static string? Mistake(string text) =>
        Placeholder().Replace(text, "").Contains("${", StringComparison.Ordinal) ? "Only ${env:NAME} is replaced; a name has letters, digits and '_'." : null;

    /// <summary>Null, and the variable's name, when one is not set or empty.</summary>
    public static string? Resolve(string text, Func<string, string?> environment, out string? missing)
    {
        missing = Names(text).FirstOrDefault(name => string.IsNullOrEmpty(environment(name)));
        return missing is null ? Placeholder().Replace(text, match => environment(match.Groups[1].Value)!) : null;
    }

    [GeneratedRegex(@"\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Placeholder();
}
