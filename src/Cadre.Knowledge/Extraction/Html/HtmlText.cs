using System.Net;

namespace Cadre.Knowledge.Extraction.Html;

/// <summary>The text of a page as Markdown: what a reader sees, without scripts and styles. No tree is made: any nesting costs the same.</summary>
internal sealed class HtmlText(MarkdownWriter writer)
{
    private static readonly HashSet<string> Blocks = new(StringComparer.Ordinal)
    {
        "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form",
        "header", "hgroup", "hr", "html", "legend", "main", "menu", "nav", "option", "p", "section", "select", "summary",
    };

    /// <summary>What stands in them is not for a reader.</summary>
    private static readonly HashSet<string> Unseen = new(StringComparer.Ordinal) { "script", "style", "template", "svg", "iframe", "object", "noembed", "noframes" };

    private string _mark = "";
    private bool _isItem;
    private bool _inRow;
    private bool _inPre;
    private int _cells;

    public static TextForm Write(Stream content, MarkdownWriter writer)
    {
        using var text = HtmlEncoding.Open(content);
        new HtmlText(writer).Write(new HtmlReader(text));
        return TextForm.Markdown;
    }

    private void Write(HtmlReader reader)
    {
        string? unseen = null;
        var depth = 0;
        while (reader.Read())
        {
            if (unseen is not null)
            {
                if (reader.Name == unseen && reader.Kind is HtmlToken.Open && !reader.IsSelfClosed) depth++;
                if (reader.Name == unseen && reader.Kind is HtmlToken.Close && --depth == 0) unseen = null;
            }
            else if (reader.Kind is HtmlToken.Text)
            {
                Text(WebUtility.HtmlDecode(reader.Text));
            }
            else if (reader.Kind is HtmlToken.Open && Unseen.Contains(reader.Name) && !reader.IsSelfClosed)
            {
                (unseen, depth) = (reader.Name, 1);
            }
            else if (reader.Kind is HtmlToken.Open)
            {
                Open(reader);
            }
            else
            {
                Close(reader.Name);
            }
        }

        if (_inPre) Close("pre");
        EndBlock();
    }

    private void Text(string text)
    {
        if (_inPre) writer.Raw(text);
        else writer.Text(text);
    }

    private void Open(HtmlReader reader)
    {
        switch (reader.Name)
        {
            case "h1" or "h2" or "h3" or "h4" or "h5" or "h6":
                EndBlock();
                _mark = new string('#', reader.Name[1] - '0') + " ";
                break;
            case "title":
                EndBlock();
                _mark = "# ";
                break;
            case "ul" or "ol":
                EndList();
                break;
            case "li":
                EndBlock();
                (_mark, _isItem) = ("- ", true);
                break;
            case "tr":
                EndRow();
                EndBlock();
                (_inRow, _cells) = (true, 0);
                break;
            case "td" or "th":
                if (_inRow && _cells++ > 0) writer.NextCell();
                break;
            case "table":
                EndTable();
                break;
            case "pre":
                EndRow();
                EndBlock();
                _inPre = true;
                writer.Raw("```\n");
                break;
            case "br":
                if (_inRow) writer.Text(" ");
                else writer.LineBreak();
                break;
            case "img":
                if (reader.Attribute("alt") is { Length: > 0 } alt) Text(WebUtility.HtmlDecode($" {alt} "));
                break;
            case var name when Blocks.Contains(name):
                Border();
                break;
        }
    }

    private void Close(string name)
    {
        switch (name)
        {
            case "h1" or "h2" or "h3" or "h4" or "h5" or "h6" or "title" or "li":
                EndBlock();
                (_mark, _isItem) = ("", false);
                break;
            case "ul" or "ol":
                EndList();
                break;
            case "tr":
                EndRow();
                break;
            case "table":
                EndTable();
                break;
            case "pre" when _inPre:
                _inPre = false;
                writer.Raw("\n```");
                EndBlock();
                break;
            case var block when Blocks.Contains(block):
                Border();
                break;
        }
    }

    /// <summary>A block begins or ends: within a cell that is no more than a space.</summary>
    private void Border()
    {
        if (_inRow) writer.Text(" ");
        else if (!_inPre) EndBlock();
    }

    private void EndList()
    {
        Border();
        (_mark, _isItem) = ("", false);
    }

    private void EndRow()
    {
        if (_inRow) writer.EndBlock("| ", tight: true);
        _inRow = false;
    }

    private void EndTable()
    {
        EndRow();
        EndBlock();
        writer.EndBlock();
    }

    private void EndBlock()
    {
        if (writer.Waiting == 0) return;
        writer.EndBlock(_mark, tight: _isItem);
        _mark = "";
    }
}
