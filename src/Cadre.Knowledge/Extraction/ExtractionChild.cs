using System.Xml;
using Cadre.Knowledge.Extraction.Html;
using Cadre.Knowledge.Extraction.Office;

namespace Cadre.Knowledge.Extraction;

/// <summary>The parsers' process: the same program, executed again in the sandbox for one file.</summary>
public static class ExtractionChild
{
    /// <summary>The hidden verb by which a program lets <see cref="Run"/> have its process.</summary>
    public const string Verb = "--extract-text";

    private const int Wrong = 2, Invalid = 10, TooLarge = 11, Unsupported = 12;

    /// <summary>Writes the text of one file to another, and its <see cref="TextForm"/> to standard output. Call it first thing in Main, with the arguments after the verb.</summary>
    /// <returns>The exit code of the process.</returns>
    public static int Run(ReadOnlySpan<string> arguments)
    {
        if (arguments is not [var word, var input, var output, var limit] || !long.TryParse(limit, out var maxBytes)) return Wrong;
        try
        {
            using var content = File.OpenRead(input);
            using var writer = new MarkdownWriter(File.Create(output), maxBytes);
            var form = word == Word(DocumentKind.Html) ? HtmlText.Write(content, writer) : OfficeDocument.Write(content, writer);
            Console.Out.WriteLine(form);
            return 0;
        }
        catch (UnreadableException unreadable)
        {
            return Say(Code(unreadable.Fault), unreadable.Message);
        }
        catch (OutOfMemoryException)
        {
            return Say(TooLarge, "The file takes too much memory to read.");
        }
        catch (Exception damaged) when (damaged is XmlException or InvalidDataException or IOException or NotSupportedException or FormatException)
        {
            return Say(Invalid, "The file is damaged: it is not what its kind of file has to be.");
        }
    }

    internal static string Word(DocumentKind kind) => kind switch
    {
        DocumentKind.Html => "html",
        DocumentKind.Package => "package",
    };

    /// <summary>Null for an exit code by which no parser ends.</summary>
    internal static IngestFault? Fault(int exitCode) => exitCode switch
    {
        Invalid => IngestFault.InvalidFile,
        TooLarge => IngestFault.TooLarge,
        Unsupported => IngestFault.UnsupportedFile,
        _ => null,
    };

    private static int Code(IngestFault fault) => fault switch
    {
        IngestFault.TooLarge => TooLarge,
        IngestFault.UnsupportedFile => Unsupported,
        _ => Invalid,
    };

    private static int Say(int exitCode, string message)
    {
        Console.Error.WriteLine(message);
        return exitCode;
    }
}
