using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Cadre.Tools.Workspaces;

/// <summary>The text of an HTML page without its markup: good enough to read, not a browser. Linear in the length of the page.</summary>
internal static partial class ReadableText
{
    private static readonly HashSet<string> Hidden = new(["script", "style", "noscript", "template", "svg", "head", "iframe", "object"], StringComparer.OrdinalIgnoreCase);
    private static readonly HashSet<string> Paragraphs = new(
        ["p", "ul", "ol", "table", "section", "article", "header", "footer", "main", "nav", "aside", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote", "form", "hr", "figure"],
        StringComparer.OrdinalIgnoreCase);

    private static readonly HashSet<string> Lines = new(["div", "br", "li", "tr", "dt", "dd", "option"], StringComparer.OrdinalIgnoreCase);

    public static string FromHtml(string html)
    {
        var text = new StringBuilder(html.Length / 2);
        if (Title(html) is { Length: > 0 } title) text.Append(title).Append("\n\n");
        var preformatted = false;
        for (var at = 0; at < html.Length;)
        {
            var open = html.IndexOf('<', at);
            if (open < 0) open = html.Length;
            var part = html[at..open];
            text.Append(preformatted ? part : part.Replace('\n', ' '));
            if (open == html.Length) break;
            if (string.Compare(html, open, "<pre", 0, 4, StringComparison.OrdinalIgnoreCase) == 0) preformatted = true;
            else if (string.Compare(html, open, "</pre", 0, 5, StringComparison.OrdinalIgnoreCase) == 0) preformatted = false;
            at = Tag(html, open, text);
        }

        return Tidy(WebUtility.HtmlDecode(text.ToString()));
    }

    /// <returns>Where the text goes on.</returns>
    private static int Tag(string html, int open, StringBuilder text)
    {
        if (string.CompareOrdinal(html, open, "<!--", 0, 4) == 0) return After(html, "-->", open + 4);
        var nameStart = open + 1 < html.Length && html[open + 1] == '/' ? open + 2 : open + 1;
        var nameEnd = nameStart;
        while (nameEnd < html.Length && char.IsAsciiLetterOrDigit(html[nameEnd])) nameEnd++;
        if (nameEnd == nameStart && !(nameStart < html.Length && html[nameStart] is '!' or '?'))
        {
            text.Append('<');
            return open + 1;
        }

        var name = html[nameStart..nameEnd];
        if (Paragraphs.Contains(name)) Break(text, lines: 2);
        else if (Lines.Contains(name)) Break(text, lines: 1);
        if (name.Equals("li", StringComparison.OrdinalIgnoreCase) && nameStart == open + 1) text.Append("- ");
        if (Hidden.Contains(name) && nameStart == open + 1)
        {
            var end = html.IndexOf("</" + name, nameEnd, StringComparison.OrdinalIgnoreCase);
            return end < 0 ? html.Length : After(html, ">", end);
        }

        return After(html, ">", nameEnd);
    }

    // As many line ends as there should be, counting those that are there.
    private static void Break(StringBuilder text, int lines)
    {
        for (var i = text.Length - 1; i >= 0 && lines > 0 && char.IsWhiteSpace(text[i]); i--)
        {
            if (text[i] == '\n') lines--;
        }

        text.Append('\n', lines);
    }

    private static int After(string html, string mark, int from) =>
        html.IndexOf(mark, Math.Min(from, html.Length), StringComparison.Ordinal) is var end and >= 0 ? end + mark.Length : html.Length;

    private static string? Title(string html)
    {
        var start = html.IndexOf("<title>", StringComparison.OrdinalIgnoreCase);
        var end = start < 0 ? -1 : html.IndexOf("</title", start, StringComparison.OrdinalIgnoreCase);
        return end < 0 ? null : html[(start + 7)..end].Trim();
    }

    private static string Tidy(string text)
    {
        var lines = text.Split('\n').Select(line => Spaces().Replace(line, " ").Trim());
        var result = new StringBuilder(text.Length);
        var empty = true;
        foreach (var line in lines)
        {
            if (line.Length > 0 || !empty) result.Append(line).Append('\n');
            empty = line.Length == 0;
        }

        return result.ToString().Trim();
    }

    [GeneratedRegex(@"[ \t\r\f\u00a0]+", RegexOptions.NonBacktracking)]
    private static partial Regex Spaces();
}
