using Cadre.Engine.Ports;

namespace Cadre.Knowledge.Extraction;

/// <summary>
/// Finds the text in an uploaded file. Plain text is decoded here; what needs a parser is parsed in a child process in the sandbox, with limits on
/// its time, memory and output: nothing that a file holds can make this program crash, wait or grow.
/// </summary>
public sealed class TextExtractor(ISandbox sandbox, ExtractorOptions options) : IDisposable
{
    private readonly ChildExtraction _child = new(sandbox, options);

    /// <param name="path">Of the content, on the host's disk.</param>
    /// <param name="name">As it was uploaded.</param>
    public async ValueTask<Extracted> ExtractAsync(string path, string name, CancellationToken cancellationToken)
    {
        var bytes = new FileInfo(path).Length;
        if (bytes > options.MaxInputBytes) return TooLarge($"A file has at most {options.MaxInputBytes >> 20} MiB.");
        return FileKinds.Of(await ReadHeadAsync(path, cancellationToken), name) switch
        {
            FileKind.Empty => new Extracted.Refused(IngestFault.InvalidFile, "The file is empty."),
            FileKind.PlainText => Plain(path, name, bytes),
            FileKind.Html => await _child.ParseAsync(path, DocumentKind.Html, cancellationToken),
            FileKind.Pdf => await _child.ReadPdfAsync(path, cancellationToken),
            FileKind.Package => await _child.ParseAsync(path, DocumentKind.Package, cancellationToken),
            FileKind.LegacyOffice when IsOffice(name) => new Extracted.Refused(IngestFault.InvalidFile, "The document is encrypted: it opens with a password only."),
            FileKind.LegacyOffice => Unsupported("Files of Word, Excel and PowerPoint from before 2007 are not understood; save it as docx, xlsx or pptx."),
            FileKind.RichText => Unsupported("Rich Text Format is not understood; save it as docx."),
            FileKind.Binary => NotText(name),
        };
    }

    public void Dispose() => _child.Dispose();

    private Extracted Plain(string path, string name, long bytes)
    {
        if (bytes > options.MaxTextBytes) return TooLarge($"The text of a file has at most {options.MaxTextBytes >> 20} MiB.");
        return new Extracted.Done(new ExtractedText(FileKinds.PlainForm(name), () => TextEncoding.Open(File.OpenRead(path)), temporary: null));
    }

    private static Extracted.Refused NotText(string name) => FileKinds.Extension(name) switch
    {
        ".pdf" => new(IngestFault.InvalidFile, "The file is named like a PDF and is none."),
        _ when IsOffice(name) => new(IngestFault.InvalidFile, "The file is named like an Office document and is none, or it is damaged."),
        _ => Unsupported("The file is neither text nor a document of a kind that is understood."),
    };

    private static bool IsOffice(string name) => FileKinds.Extension(name) is ".docx" or ".xlsx" or ".pptx";

    private static Extracted.Refused Unsupported(string message) => new(IngestFault.UnsupportedFile, message);

    private static Extracted.Refused TooLarge(string message) => new(IngestFault.TooLarge, message);

    private static async ValueTask<byte[]> ReadHeadAsync(string path, CancellationToken cancellationToken)
    {
        await using var content = File.OpenRead(path);
        var head = new byte[FileKinds.HeadBytes];
        var length = await content.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken);
        return head[..length];
    }
}
