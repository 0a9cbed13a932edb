using System.Globalization;
using System.Text;

namespace Cadre.Cli.Terminals;

/// <summary>Text from models, tools and files on its way to a terminal, which must not obey it.</summary>
internal static class TerminalText
{
    /// <summary>Replaces what a terminal could take for a command, or what reorders other text, and leaves line ends and tabs.</summary>
    public static string Clean(string text)
    {
        if (!text.Any(IsHostile)) return text;
        var clean = new StringBuilder(text.Length);
        foreach (var c in text) clean.Append(IsHostile(c) ? '\uFFFD' : c);
        return clean.ToString();
    }

    /// <summary>One line of at most <paramref name="length"/> characters.</summary>
    public static string Line(string text, int length)
    {
        var line = new StringBuilder(Math.Min(text.Length, length));
        var blank = false;
        foreach (var c in text)
        {
            if (char.IsWhiteSpace(c) || IsHostile(c))
            {
                blank = line.Length > 0;
                continue;
            }

            if (blank) line.Append(' ');
            blank = false;
            if (line.Length >= length)
            {
                line.Length = Math.Max(0, length - 1);
                if (line.Length > 0 && char.IsHighSurrogate(line[^1])) line.Length--;
                return line.Append('…').ToString();
            }

            line.Append(c);
        }

        return line.ToString();
    }

    public static string Plural(long count, string one, string? many = null) =>
        $"{count.ToString("N0", CultureInfo.InvariantCulture)} {(count == 1 ? one : many ?? one + "s")}";

    public static string Duration(TimeSpan time) => time switch
    {
        { TotalSeconds: < 10 } => $"{time.TotalSeconds:0.0} s",
        { TotalMinutes: < 1 } => $"{time.TotalSeconds:0} s",
        { TotalHours: < 1 } => $"{(int)time.TotalMinutes} min {time.Seconds:00} s",
        _ => $"{(int)time.TotalHours} h {time.Minutes:00} min",
    };

    private static bool IsHostile(char c) =>
        (char.IsControl(c) && c is not ('\n' or '\t' or '\r')) || c is >= '\u202A' and <= '\u202E' or >= '\u2066' and <= '\u2069' or '\u200E' or '\u200F' or '\u061C';
}
