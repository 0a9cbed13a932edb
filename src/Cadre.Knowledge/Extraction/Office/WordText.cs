using System.Xml;

namespace Cadre.Knowledge.Extraction.Office;

/// <summary>A text document's headings, paragraphs, lists, tables and notes. What was deleted with changes tracked is left out.</summary>
internal sealed class WordText(OfficePackage package, MarkdownWriter writer)
{
    private const int MaxHeadingLevel = 6;

    private readonly Dictionary<string, int> _headings = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _basedOn = new(StringComparer.Ordinal);
    private int _tables;
    private int _cells;
    private int _heading;
    private int _listLevel = -1;
    private bool _inText;

    public void Write(string main)
    {
        var relations = package.Relations(main).Values;
        ReadStyles(relations.FirstOrDefault(relation => relation.Is("styles"))?.Target ?? "word/styles.xml");
        using (var xml = package.Open(main) ?? throw UnreadableException.Invalid("The document has no text part."))
            WritePart(xml);
        foreach (var notes in relations.Where(relation => relation.Is("footnotes") || relation.Is("endnotes")))
        {
            using var xml = package.Open(notes.Target);
            if (xml is not null) WritePart(xml);
        }
    }

    private void WritePart(XmlReader xml)
    {
        var goesOn = xml.Read();
        while (goesOn)
        {
            if (xml.NodeType is XmlNodeType.Element && xml.LocalName is "del" or "moveFrom" or "Fallback")
            {
                xml.Skip();
                goesOn = !xml.EOF;
                continue;
            }

            if (xml.NodeType is XmlNodeType.Element && IsWord(xml)) Begin(xml);
            else if (xml.NodeType is XmlNodeType.EndElement && IsWord(xml)) End(xml.LocalName);
            else if (_inText && xml.NodeType is XmlNodeType.Text or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace or XmlNodeType.CDATA) writer.Text(xml);
            goesOn = xml.Read();
        }

        EndParagraph();
    }

    private void Begin(XmlReader xml)
    {
        switch (xml.LocalName)
        {
            case "t":
                _inText = !xml.IsEmptyElement;
                break;
            case "p":
                if (writer.Waiting > 0) Border();
                break;
            case "pStyle":
                _heading = Level(Value(xml));
                break;
            case "outlineLvl":
                if (int.TryParse(Value(xml), out var level) && level is >= 0 and < 9) _heading = level + 1;
                break;
            case "ilvl":
                _ = int.TryParse(Value(xml), out _listLevel);
                break;
            case "numPr":
                _listLevel = Math.Max(_listLevel, 0);
                break;
            case "tab" or "ptab":
                writer.Text(" ");
                break;
            case "br" or "cr":
                if (_tables > 0) writer.Text(" ");
                else writer.LineBreak();
                break;
            case "noBreakHyphen":
                writer.Text("-");
                break;
            case "tbl":
                if (_tables++ == 0) EndParagraph();
                break;
            case "tr" when _tables == 1:
                _cells = 0;
                break;
            case "tc" when _tables == 1:
                if (_cells++ > 0) writer.NextCell();
                break;
        }
    }

    private void End(string name)
    {
        switch (name)
        {
            case "t":
                _inText = false;
                break;
            case "p":
                Border();
                break;
            case "tr" when _tables == 1:
                writer.EndBlock("| ", tight: true);
                break;
            case "tbl":
                if (--_tables == 0) writer.EndBlock();
                break;
        }
    }

    private void Border()
    {
        if (_tables > 0)
        {
            writer.Text(" ");
            (_heading, _listLevel) = (0, -1);
        }
        else
        {
            EndParagraph();
        }
    }

    private void EndParagraph()
    {
        if (_heading > 0) writer.EndBlock(new string('#', Math.Min(_heading, MaxHeadingLevel)) + " ");
        else if (_listLevel >= 0) writer.EndBlock(new string(' ', 2 * Math.Min(_listLevel, 8)) + "- ", tight: true);
        else writer.EndBlock();
        (_heading, _listLevel) = (0, -1);
    }

    private void ReadStyles(string part)
    {
        using var xml = package.Open(part);
        var style = "";
        while (xml?.Read() == true && _headings.Count < OfficePackage.MaxEntries)
        {
            if (xml.NodeType is not XmlNodeType.Element) continue;
            if (xml.LocalName == "style") style = Attribute(xml, "styleId") ?? "";
            else if (xml.LocalName == "name" && style.Length > 0) AddHeading(style, Value(xml));
            else if (xml.LocalName == "basedOn" && style.Length > 0) _basedOn[style] = Value(xml);
            else if (xml.LocalName == "outlineLvl" && int.TryParse(Value(xml), out var level) && level is >= 0 and < 9) _headings[style] = level + 1;
        }
    }

    // In every language the built-in styles have these names in the file.
    private void AddHeading(string style, string name)
    {
        if (name.Equals("title", StringComparison.OrdinalIgnoreCase)) _headings[style] = 1;
        else if (name.StartsWith("heading ", StringComparison.OrdinalIgnoreCase) && int.TryParse(name.AsSpan(8), out var level) && level is > 0 and <= 9) _headings[style] = level;
    }

    private int Level(string style)
    {
        const int deepest = 16;
        for (var step = 0; step < deepest; step++)
        {
            if (_headings.TryGetValue(style, out var level)) return level;
            if (!_basedOn.TryGetValue(style, out var next)) break;
            style = next;
        }

        return style.StartsWith("Heading", StringComparison.OrdinalIgnoreCase) && int.TryParse(style.AsSpan(7), out var named) && named is > 0 and <= 9 ? named : 0;
    }

    private static bool IsWord(XmlReader xml) => xml.NamespaceURI.Contains("wordprocessingml", StringComparison.Ordinal);

    private static string Value(XmlReader xml) => Attribute(xml, "val") ?? "";

    private static string? Attribute(XmlReader xml, string name) => xml.GetAttribute(name, xml.NamespaceURI) ?? xml.GetAttribute(name);
}
