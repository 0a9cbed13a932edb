namespace Cadre.Knowledge.Extraction;

/// <summary>What a file is, by its content first and by its name second.</summary>
internal enum FileKind
{
    Empty,
    PlainText,
    Html,
    Pdf,

    /// <summary>A zip archive: a document of Office Open XML, or nothing that is read here.</summary>
    Package,

    /// <summary>Word, Excel or PowerPoint as of before 2007.</summary>
    LegacyOffice,
    RichText,
    Binary,
}

internal static class FileKinds
{
    /// <summary>Looked at to tell what a file is.</summary>
    public const int HeadBytes = 64 << 10;

    /// <summary>Within which a PDF's mark may stand after something else.</summary>
    private const int PdfMarkWithin = 1024;

    /// <summary>Control characters in a text, one of so many bytes.</summary>
    private const int ControlsOneOf = 50;

    public static FileKind Of(ReadOnlySpan<byte> head, string name)
    {
        if (head.IsEmpty) return FileKind.Empty;
        if (head.StartsWith("PK\x03\x04"u8) || head.StartsWith("PK\x05\x06"u8)) return FileKind.Package;
        if (head.StartsWith("%PDF-"u8) || Extension(name) is ".pdf" && head[..Math.Min(head.Length, PdfMarkWithin)].IndexOf("%PDF-"u8) >= 0) return FileKind.Pdf;
        if (head.StartsWith((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11, 0xE0])) return FileKind.LegacyOffice;
        if (head.StartsWith("{\\rtf"u8)) return FileKind.RichText;
        if (!TextEncoding.HasMark(head) && IsBinary(head)) return FileKind.Binary;
        return IsHtml(head, name) ? FileKind.Html : FileKind.PlainText;
    }

    public static string Extension(string name) => Path.GetExtension(name).ToLowerInvariant();

    public static TextForm PlainForm(string name) => Extension(name) switch
    {
        ".md" or ".markdown" => TextForm.Markdown,
        ".csv" or ".tsv" => TextForm.Table,
        ".jsonl" or ".ndjson" => TextForm.Rows,
        ".c" or ".h" or ".cpp" or ".hpp" or ".cc" or ".cs" or ".css" or ".go" or ".java" or ".js" or ".mjs" or ".json" or ".kt" or ".php" or ".pl" or ".py" or ".rb" or ".rs"
            or ".scala" or ".sh" or ".sql" or ".swift" or ".toml" or ".ts" or ".tsx" or ".jsx" or ".xml" or ".yaml" or ".yml" => TextForm.Code,
        _ => TextForm.Prose,
    };

    private static bool IsHtml(ReadOnlySpan<byte> head, string name)
    {
        if (Extension(name) is ".html" or ".htm" or ".xhtml") return true;

        // Code that writes pages begins as pages do.
        if (PlainForm(name) is not TextForm.Prose) return false;
        var text = head.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? head[3..] : head;
        text = text.TrimStart(" \t\r\n"u8);
        return StartsWith(text, "<!doctype html") || StartsWith(text, "<html");
    }

    private static bool StartsWith(ReadOnlySpan<byte> text, string ascii) =>
        text.Length >= ascii.Length && System.Text.Ascii.EqualsIgnoreCase(text[..ascii.Length], ascii);

    private static bool IsBinary(ReadOnlySpan<byte> head)
    {
        var controls = 0;
        foreach (var value in head)
        {
            if (value == 0) return true;
            if (value < 0x20 && value is not ((byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'\f' or 0x1B)) controls++;
        }

        return controls > head.Length / ControlsOneOf;
    }
}
