using System.Text;

namespace Cadre.Knowledge.Index;

/// <summary>
/// A text as it goes into the full-text index, whose words are runs of letters and digits. Scripts without spaces are written as overlapping pairs of
/// characters; a name like getUserName is followed by its parts.
/// </summary>
internal static class IndexText
{
    public static string Of(string text)
    {
        StringBuilder? made = null;
        var copied = 0;
        for (var i = 0; i < text.Length;)
        {
            if (IsUnspaced(text[i]))
            {
                var end = i + 1;
                while (end < text.Length && IsUnspaced(text[end])) end++;
                made ??= new StringBuilder(text.Length + text.Length / 2);
                made.Append(text, copied, i - copied).Append(' ');
                AppendPairs(made, text.AsSpan(i, end - i));
                (i, copied) = (end, end);
            }
            else if (char.IsAsciiLetterLower(text[i]) && i + 1 < text.Length && char.IsAsciiLetterUpper(text[i + 1]))
            {
                var (start, end) = WordAround(text, i);
                made ??= new StringBuilder(text.Length + text.Length / 2);
                made.Append(text, copied, end - copied).Append(' ');
                AppendParts(made, text.AsSpan(start, end - start));
                (i, copied) = (end, end);
            }
            else
            {
                i++;
            }
        }

        return made?.Append(text, copied, text.Length - copied).ToString() ?? text;
    }

    /// <summary>Han, Kana, Hangul, Thai, Lao, Khmer, Burmese.</summary>
    public static bool IsUnspaced(char character) => character is >= '\u0E00' && (character is
        <= '\u0EFF' or (>= '\u1000' and <= '\u109F') or (>= '\u1780' and <= '\u17FF') or (>= '\u3040' and <= '\u30FF') or (>= '\u3400' and <= '\u9FFF')
        or (>= '\uAC00' and <= '\uD7AF') or (>= '\uF900' and <= '\uFAFF')) && char.IsLetterOrDigit(character);

    private static void AppendPairs(StringBuilder made, ReadOnlySpan<char> run)
    {
        if (run.Length == 1) made.Append(run[0]).Append(' ');
        for (var i = 0; i + 1 < run.Length; i++) made.Append(run[i]).Append(run[i + 1]).Append(' ');
    }

    private static (int Start, int End) WordAround(string text, int at)
    {
        var (start, end) = (at, at + 1);
        while (start > 0 && char.IsAsciiLetterOrDigit(text[start - 1])) start--;
        while (end < text.Length && char.IsAsciiLetterOrDigit(text[end])) end++;
        return (start, end);
    }

    private static void AppendParts(StringBuilder made, ReadOnlySpan<char> word)
    {
        for (var i = 0; i < word.Length; i++)
        {
            if (i > 0 && char.IsAsciiLetterUpper(word[i]) && (!char.IsAsciiLetterUpper(word[i - 1]) || i + 1 < word.Length && char.IsAsciiLetterLower(word[i + 1])))
                made.Append(' ');
            made.Append(word[i]);
        }

        made.Append(' ');
    }
}
