namespace Cadre.Knowledge.Extraction;

/// <summary>How a text is laid out, which decides where it may be cut.</summary>
public enum TextForm
{
    /// <summary>Paragraphs, with blank lines between them.</summary>
    Prose,

    /// <summary>Headings, lists, tables and code by Markdown's marks.</summary>
    Markdown,

    /// <summary>Lines that belong together, in blocks with blank lines between them.</summary>
    Code,

    /// <summary>Each line stands by itself.</summary>
    Rows,

    /// <summary>Rows of comma-separated values; the first one names the columns.</summary>
    Table,
}
