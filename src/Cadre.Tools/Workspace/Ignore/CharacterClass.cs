using System.Text;

namespace Cadre.Tools.Workspaces;

/// <summary>A bracket expression of a glob.</summary>
internal sealed class CharacterClass(bool negated, IReadOnlyList<(Rune From, Rune To)> ranges, IReadOnlyList<Func<Rune, bool>> named)
{
    public bool Contains(Rune rune)
    {
        foreach (var (from, to) in ranges)
        {
            if (rune >= from && rune <= to) return !negated;
        }

        foreach (var test in named)
        {
            if (test(rune)) return !negated;
        }

        return negated;
    }

    /// <param name="at">At the '['; afterwards behind the ']'.</param>
    /// <returns>Null without an end or with an unknown named class.</returns>
    public static CharacterClass? Parse(string pattern, ref int at)
    {
        var i = at + 1;
        var negated = i < pattern.Length && pattern[i] is '!' or '^';
        if (negated) i++;
        var ranges = new List<(Rune, Rune)>();
        var named = new List<Func<Rune, bool>>();

        // A ']' that comes first is meant as such.
        for (var first = true; i < pattern.Length; first = false)
        {
            if (pattern[i] == ']' && !first)
            {
                at = i + 1;
                return new(negated, ranges, named);
            }

            if (pattern[i] == '[' && i + 1 < pattern.Length && pattern[i + 1] == ':')
            {
                var end = pattern.IndexOf(":]", i + 2, StringComparison.Ordinal);
                if (end < 0 || Named(pattern[(i + 2)..end]) is not { } test) return null;
                named.Add(test);
                i = end + 2;
                continue;
            }

            if (Next(pattern, ref i) is not { } from) return null;
            if (i + 1 < pattern.Length && pattern[i] == '-' && pattern[i + 1] != ']')
            {
                i++;
                if (Next(pattern, ref i) is not { } to) return null;
                ranges.Add((from, to));
            }
            else
            {
                ranges.Add((from, from));
            }
        }

        return null;
    }

    private static Rune? Next(string pattern, ref int i)
    {
        if (pattern[i] == '\\') i++;
        if (i >= pattern.Length) return null;
        Rune.DecodeFromUtf16(pattern.AsSpan(i), out var rune, out var length);
        i += length;
        return rune;
    }

    private static Func<Rune, bool>? Named(string name) => name switch
    {
        "alpha" => rune => rune.IsAscii && char.IsAsciiLetter((char)rune.Value),
        "digit" => rune => rune.IsAscii && char.IsAsciiDigit((char)rune.Value),
        "alnum" => rune => rune.IsAscii && char.IsAsciiLetterOrDigit((char)rune.Value),
        "upper" => rune => rune.IsAscii && char.IsAsciiLetterUpper((char)rune.Value),
        "lower" => rune => rune.IsAscii && char.IsAsciiLetterLower((char)rune.Value),
        "space" => rune => rune.Value is ' ' or (>= 9 and <= 13),
        "blank" => rune => rune.Value is ' ' or '\t',
        "punct" => rune => rune.IsAscii && rune.Value is > 32 and < 127 && !char.IsAsciiLetterOrDigit((char)rune.Value),
        "xdigit" => rune => rune.IsAscii && char.IsAsciiHexDigit((char)rune.Value),
        _ => null,
    };
}
