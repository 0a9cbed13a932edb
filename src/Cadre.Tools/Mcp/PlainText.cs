using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Cadre.Tools.Mcp;

/// <summary>Text from a stranger, made fit for a terminal, a log and a model: what a person would see is all there is.</summary>
internal static partial class PlainText
{
    /// <summary>
    /// Terminal sequences and control characters (other than tab and line feed) are gone, and so are characters that show nothing or turn the
    /// reading direction; lone surrogates become U+FFFD. The middle is cut beyond <paramref name="maxChars"/>, and the cut is named.
    /// </summary>
    public static string Of(string text, int maxChars)
    {
        var plain = new StringBuilder(Math.Min(text.Length, maxChars));
        foreach (var rune in Terminal().Replace(Cut(text, maxChars), "").Replace("\r\n", "\n", StringComparison.Ordinal).EnumerateRunes())
        {
            if (rune.Value is '\n' or '\t' || (!Rune.IsControl(rune) && !IsHidden(rune.Value))) plain.Append(rune);
        }

        return plain.ToString();
    }

    public static string OneLine(string text, int maxChars) => Of(text, maxChars).Replace('\n', ' ').Replace('\t', ' ');

    /// <summary>The distinct characters that a reader would not see or that change the order of what is seen, as "U+202E".</summary>
    public static IReadOnlyList<string> Hidden(string text) =>
        [.. text.EnumerateRunes().Where(rune => rune.Value is not ('\n' or '\t' or '\r') && (Rune.IsControl(rune) || IsHidden(rune.Value)))
            .Select(rune => string.Create(CultureInfo.InvariantCulture, $"U+{rune.Value:X4}")).Distinct().Take(8)];

    // Directional marks, embeddings and isolates; zero-width space, word joiner and invisible operators; the byte order mark; language tags
    // and variation selectors beyond the usual sixteen, which can carry whole hidden sentences. The joiners U+200C and U+200D stay: scripts
    // and emoji need them.
    public static bool IsHidden(int code) => code is 0x00AD or 0x061C or 0x180E or 0x200B or 0x200E or 0x200F or 0xFEFF
        or >= 0x2028 and <= 0x202E or >= 0x2060 and <= 0x206F or >= 0xFFF9 and <= 0xFFFB or >= 0xE0000 and <= 0xE0FFF;

    private static string Cut(string text, int maxChars)
    {
        if (text.Length <= maxChars) return text;
        var half = maxChars / 2;
        return $"{text[..half]}\n[… {text.Length - (2 * half)} characters cut …]\n{text[^half..]}";
    }

    // CSI, OSC (closed by BEL or ST), and the other two-byte escapes.
    [GeneratedRegex(@"\x1B\[[0-?]*[ -/]*[@-~]|\x1B\][^\x07\x1B]*(?:\x07|\x1B\\)?|\x1B[PX^_][^\x1B]*(?:\x1B\\)?|\x1B[@-Z\\-_]|\x9B[0-?]*[ -/]*[@-~]", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Terminal();
}
