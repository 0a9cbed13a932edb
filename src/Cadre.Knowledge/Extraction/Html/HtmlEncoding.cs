using System.Text;
using System.Text.RegularExpressions;

namespace Cadre.Knowledge.Extraction.Html;

/// <summary>How a page's bytes are to be read: by a byte order mark, by what it says itself, else as any text.</summary>
internal static partial class HtmlEncoding
{
    /// <summary>Within which a page has to say it.</summary>
    private const int SaidWithin = 1024;

    public static StreamReader Open(Stream content)
    {
        var head = new byte[SaidWithin];
        var length = content.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        content.Position = 0;
        return !TextEncoding.HasMark(head.AsSpan(0, length)) && Said(head.AsSpan(0, length)) is { } encoding
            ? new StreamReader(content, encoding, detectEncodingFromByteOrderMarks: false)
            : TextEncoding.Open(content);
    }

    private static Encoding? Said(ReadOnlySpan<byte> head)
    {
        var name = Charset().Match(Encoding.Latin1.GetString(head)).Groups["name"].Value;

        // A page that says UTF-16 in a byte each is not in UTF-16; one that says UTF-8 is tried for it as any text.
        if (name.Length == 0 || name.StartsWith("utf", StringComparison.OrdinalIgnoreCase)) return null;
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(name);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    [GeneratedRegex("""<meta[^>]{0,200}charset\s{0,8}=\s{0,8}["']?(?<name>[A-Za-z0-9_:.-]{1,40})""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Charset();
}
