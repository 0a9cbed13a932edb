using System.Text.RegularExpressions;

namespace Cadre.Simulator.BuiltIn;

/// <summary>Bounded pieces of texts.</summary>
internal static partial class Quote
{
    private const int MinWord = 3;

    /// <summary>On one line, cut at the end.</summary>
    public static string Line(string text, int max)
    {
        var line = Spaces().Replace(text.Trim(), " ");
        return line.Length <= max ? line : line[..(max - 1)].TrimEnd() + "…";
    }

    /// <summary>Cut in the middle, saying how much is missing.</summary>
    public static string Middle(string text, int max)
    {
        if (text.Length <= max)
        {
            return text;
        }

        var half = max / 2;
        return $"{text[..half]}\n[… {text.Length - 2 * half} characters left out …]\n{text[^half..]}";
    }

    /// <summary>Whole lines, each marked as quoted.</summary>
    public static string Block(string text, int maxLines, int maxLine)
    {
        var lines = text.Trim().Split('\n');
        var shown = lines.Take(maxLines).Select(line => "> " + (line.TrimEnd() is var whole && whole.Length <= maxLine ? whole : line[..maxLine] + "…"));
        return string.Join('\n', lines.Length > maxLines ? shown.Append($"> [… {lines.Length - maxLines} more lines]") : shown);
    }

    public static HashSet<string> Words(string text) =>
        [.. Word().Matches(text).Select(static word => word.Value.ToLowerInvariant()).Where(static word => word.Length >= MinWord)];

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Spaces();

    [GeneratedRegex(@"[\p{L}\p{Nd}]+", RegexOptions.CultureInvariant)]
    private static partial Regex Word();
}
