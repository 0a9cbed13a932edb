using System.Globalization;
using System.Xml;

namespace Cadre.Knowledge.Extraction.Office;

/// <summary>A workbook keeps dates as numbers; only a cell's format tells. They are shown in ISO 8601.</summary>
internal sealed class SheetDates(OfficePackage package)
{
    private const int MaxStyles = 65_536;
    private static readonly DateTime Day0 = new(1899, 12, 30);
    private static readonly DateTime Day0Of1904 = new(1904, 1, 1);

    private readonly List<bool> _isDate = [];

    public bool Since1904 { get; set; }

    public void Read(string stylesPart)
    {
        using var xml = package.Open(stylesPart);
        var custom = new HashSet<string>(StringComparer.Ordinal);
        var inCells = false;
        while (xml?.Read() == true)
        {
            if (xml.LocalName == "cellXfs") inCells = xml.NodeType is XmlNodeType.Element;
            if (xml.NodeType is not XmlNodeType.Element) continue;
            if (xml.LocalName == "numFmt" && custom.Count < MaxStyles && xml.GetAttribute("numFmtId") is { } id && IsDate(xml.GetAttribute("formatCode") ?? "")) custom.Add(id);
            if (xml.LocalName == "xf" && inCells && _isDate.Count < MaxStyles) _isDate.Add(xml.GetAttribute("numFmtId") is { } format && (IsBuiltIn(format) || custom.Contains(format)));
        }
    }

    public string Shown(string value, string? style)
    {
        if (!int.TryParse(style, out var index) || index < 0 || index >= _isDate.Count || !_isDate[index]) return value;
        if (!double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var days) || days is < 0 or > 2_958_465) return value;
        var date = (Since1904 ? Day0Of1904 : Day0).AddSeconds(Math.Round(days * 86_400));
        return days < 1 ? date.ToString("HH:mm:ss", CultureInfo.InvariantCulture)
            : date.TimeOfDay == TimeSpan.Zero ? date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
            : date.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
    }

    private static bool IsBuiltIn(string format) => int.TryParse(format, out var id) && id is (>= 14 and <= 22) or (>= 45 and <= 47);

    /// <summary>Letters of dates outside quoted text and brackets.</summary>
    private static bool IsDate(string code)
    {
        var (quoted, bracketed) = (false, false);
        for (var i = 0; i < code.Length; i++)
        {
            if (code[i] == '"') quoted = !quoted;
            else if (code[i] == '\\') i++;
            else if (!quoted && code[i] is '[' or ']') bracketed = code[i] == '[';
            else if (!quoted && !bracketed && char.ToLowerInvariant(code[i]) is 'y' or 'd' or 'h' or 's') return true;
        }

        return false;
    }
}
