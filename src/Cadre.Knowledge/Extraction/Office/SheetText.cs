using System.Xml;

namespace Cadre.Knowledge.Extraction.Office;

/// <summary>
/// A workbook as one line for each row: "Sheet!A2: Name: Ada | Born: 1815-12-10". The first row of a sheet that has text in it names the columns.
/// </summary>
internal sealed class SheetText(OfficePackage package, MarkdownWriter writer)
{
    private const int MaxColumns = 16_384;
    private const int MaxSharedCharacters = 128 << 20;
    private const int MaxHeaderCharacters = 80;

    private readonly SheetDates _dates = new(package);
    private readonly List<string> _shared = [];
    private Dictionary<int, string>? _header;

    public void Write(string main)
    {
        var relations = package.Relations(main);
        ReadShared(relations.Values.FirstOrDefault(relation => relation.Is("sharedStrings"))?.Target ?? "xl/sharedStrings.xml");
        var sheets = new List<(string Name, string Part)>();
        using (var xml = package.Open(main))
        {
            while (xml?.Read() == true && sheets.Count < OfficePackage.MaxEntries)
            {
                if (xml.NodeType is not XmlNodeType.Element) continue;
                if (xml.LocalName == "workbookPr") _dates.Since1904 = xml.GetAttribute("date1904") is "1" or "true";
                if (xml.LocalName != "sheet") continue;
                var name = xml.GetAttribute("name") ?? "";
                for (var more = xml.MoveToFirstAttribute(); more; more = xml.MoveToNextAttribute())
                    if (xml.LocalName == "id" && relations.TryGetValue(xml.Value, out var sheet) && sheet.Is("worksheet")) sheets.Add((name, sheet.Target));
            }
        }

        _dates.Read(relations.Values.FirstOrDefault(relation => relation.Is("styles"))?.Target ?? "xl/styles.xml");
        foreach (var (name, part) in sheets) WriteSheet(name, part);
    }

    private void ReadShared(string part)
    {
        using var xml = package.Open(part);
        long characters = 0;
        var isSpoken = false;
        var text = "";
        while (xml?.Read() == true)
        {
            if (xml is { NodeType: XmlNodeType.Element, LocalName: "si" })
            {
                text = "";
                if (xml.IsEmptyElement) _shared.Add("");
            }
            else if (xml is { NodeType: XmlNodeType.EndElement, LocalName: "si" })
            {
                _shared.Add(text);
            }
            else if (xml.LocalName == "rPh")
            {
                // How a word is spoken, not what is written.
                isSpoken = xml.NodeType is XmlNodeType.Element && !xml.IsEmptyElement;
            }
            else if (!isSpoken && xml.NodeType is XmlNodeType.Text or XmlNodeType.SignificantWhitespace or XmlNodeType.CDATA)
            {
                text += xml.Value;
                characters += xml.Value.Length;
                if (characters > MaxSharedCharacters) throw UnreadableException.TooLarge($"The workbook has more than {MaxSharedCharacters >> 20} million characters of text.");
            }
        }
    }

    private void WriteSheet(string name, string part)
    {
        using var xml = package.Open(part);
        _header = null;
        var row = new List<Cell>();
        var number = 0;
        var cell = default(Cell);
        var inValue = false;
        while (xml?.Read() == true)
        {
            if (xml.NodeType is XmlNodeType.Element)
            {
                switch (xml.LocalName)
                {
                    case "row":
                        number = int.TryParse(xml.GetAttribute("r"), out var said) ? said : number + 1;
                        row.Clear();
                        break;
                    case "c":
                        cell = new Cell(Column(xml.GetAttribute("r"), row.Count > 0 ? row[^1].Column + 1 : 0), xml.GetAttribute("t") ?? "", xml.GetAttribute("s"), "");
                        break;
                    case "v" or "t":
                        inValue = !xml.IsEmptyElement;
                        break;
                }
            }
            else if (xml.NodeType is XmlNodeType.EndElement)
            {
                switch (xml.LocalName)
                {
                    case "v" or "t":
                        inValue = false;
                        break;
                    case "c":
                        if (Shown(cell) is { Length: > 0 } shown && row.Count < MaxColumns) row.Add(cell with { Value = shown });
                        break;
                    case "row":
                        WriteRow(name, number, row);
                        break;
                }
            }
            else if (inValue && xml.NodeType is XmlNodeType.Text or XmlNodeType.SignificantWhitespace or XmlNodeType.CDATA)
            {
                cell = cell with { Value = cell.Value + xml.Value };
            }
        }
    }

    private void WriteRow(string sheet, int number, List<Cell> row)
    {
        if (row.Count == 0) return;
        writer.Text($"{sheet}!{Letters(row[0].Column)}{number}: ");
        for (var i = 0; i < row.Count; i++)
        {
            if (i > 0) writer.NextCell();
            if (_header?.GetValueOrDefault(row[i].Column) is { } header) writer.Text($"{header}: ");
            writer.Text(row[i].Value);
        }

        writer.EndBlock(tight: true);
        if (_header is null && row.Any(cell => cell.IsText))
            _header = row.ToDictionary(cell => cell.Column, cell => cell.Value.Length > MaxHeaderCharacters ? cell.Value[..MaxHeaderCharacters] : cell.Value);
    }

    private string Shown(Cell cell) => cell.Type switch
    {
        "s" => int.TryParse(cell.Value, out var index) && index >= 0 && index < _shared.Count ? _shared[index] : "",
        "b" => cell.Value == "1" ? "TRUE" : "FALSE",
        "" or "n" => _dates.Shown(cell.Value, cell.Style),
        _ => cell.Value,
    };

    private static int Column(string? reference, int otherwise)
    {
        var column = 0;
        foreach (var character in reference ?? "")
        {
            if (!char.IsAsciiLetter(character)) break;
            column = column * 26 + (char.ToUpperInvariant(character) - 'A' + 1);
            if (column > MaxColumns) return otherwise;
        }

        return column > 0 && column - 1 >= otherwise ? column - 1 : otherwise;
    }

    private static string Letters(int column)
    {
        var letters = "";
        for (var rest = column + 1; rest > 0; rest = (rest - 1) / 26) letters = (char)('A' + (rest - 1) % 26) + letters;
        return letters;
    }

    private readonly record struct Cell(int Column, string Type, string? Style, string Value)
    {
        public bool IsText => Type is "s" or "str" or "inlineStr";
    }
}
