using System.Text;

namespace Cadre.Tools.Workspaces;

/// <summary>File names as diffs write them.</summary>
internal static class PatchNames
{
    /// <summary>Of a '--- ' or '+++ ' line: a time stamp behind a tab is cut off.</summary>
    public static string Read(string text) =>
        text.StartsWith('"') ? Unquote(text) : (text.IndexOf('\t', StringComparison.Ordinal) is var tab and >= 0 ? text[..tab] : text).TrimEnd();

    /// <summary>Without git's "a/" or "b/".</summary>
    public static string Strip(string name) => name.StartsWith("a/", StringComparison.Ordinal) || name.StartsWith("b/", StringComparison.Ordinal) ? name[2..] : name;

    /// <summary>Null when the two names cannot be told apart: then other lines must say them.</summary>
    public static (string Old, string New)? FromGitLine(string text)
    {
        if (text.StartsWith('"') && text.IndexOf("\" ", 1, StringComparison.Ordinal) is var end and > 0)
            return (Strip(Unquote(text[..(end + 1)])), Strip(Unquote(text[(end + 2)..])));

        // Without a rename both halves are the same name behind "a/" and "b/".
        for (var split = text.IndexOf(" b/", StringComparison.Ordinal); split >= 0; split = text.IndexOf(" b/", split + 1, StringComparison.Ordinal))
        {
            var (old, @new) = (Strip(text[..split]), Strip(text[(split + 1)..]));
            if (old == @new || text.IndexOf(" b/", split + 1, StringComparison.Ordinal) < 0) return (old, @new);
        }

        return text.Split(' ') is [var one, var two] ? (Strip(one), Strip(two)) : ("", "");
    }

    /// <summary>C-style quotes, as git writes names with other than plain characters.</summary>
    public static string Unquote(string text)
    {
        text = text.TrimEnd();
        if (text is not ['"', .., '"'] || text.Length < 2) return text;
        var bytes = new List<byte>();
        for (var i = 1; i < text.Length - 1; i++)
        {
            if (text[i] != '\\')
            {
                var length = char.IsHighSurrogate(text[i]) && i + 1 < text.Length - 1 ? 2 : 1;
                bytes.AddRange(Encoding.UTF8.GetBytes(text.Substring(i, length)));
                i += length - 1;
                continue;
            }

            i++;
            if (text[i] is >= '0' and <= '3' && i + 2 < text.Length - 1 && text[i + 1] is >= '0' and <= '7' && text[i + 2] is >= '0' and <= '7')
            {
                bytes.Add((byte)(((text[i] - '0') << 6) | ((text[i + 1] - '0') << 3) | (text[i + 2] - '0')));
                i += 2;
            }
            else
            {
                bytes.Add((byte)(text[i] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', 'a' => '\a', 'b' => '\b', 'v' => '\v', 'f' => '\f', var other => other }));
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}
