namespace Cadre.Knowledge.Extraction;

/// <summary>What came of reading a file.</summary>
public abstract record Extracted
{
    private Extracted() { }

    public sealed record Done(ExtractedText Text) : Extracted;

    /// <param name="Message">A sentence for the person who uploaded the file.</param>
    public sealed record Refused(IngestFault Fault, string Message) : Extracted;
}

/// <summary>The text of a file, never more than the limit. Disposing removes what was written for it.</summary>
public sealed class ExtractedText(TextForm form, Func<TextReader> open, string? temporary) : IDisposable
{
    public TextForm Form => form;

    public TextReader Open() => open();

    public void Dispose()
    {
        if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
    }
}
