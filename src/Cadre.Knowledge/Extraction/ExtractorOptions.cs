using Cadre.Engine.Ports;

namespace Cadre.Knowledge.Extraction;

/// <summary>What reading one file may cost.</summary>
public sealed record ExtractorOptions
{
    public static ExtractorOptions Default { get; } = new();

    /// <summary>Of a file; OpenAI's limit.</summary>
    public long MaxInputBytes { get; init; } = 512L << 20;

    /// <summary>Of the text that is found in a file, as UTF-8.</summary>
    public long MaxTextBytes { get; init; } = 64L << 20;

    /// <summary>Files that are parsed in child processes at once; more of them wait.</summary>
    public int MaxChildren { get; init; } = 2;

    /// <summary>Of one child process.</summary>
    public TimeSpan ChildWall { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Of one child process.</summary>
    public TimeSpan ChildCpu { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Of one child process.</summary>
    public long ChildMemoryBytes { get; init; } = 1L << 30;

    /// <summary>Where the text of a file that is being read lies meanwhile.</summary>
    public string TemporaryDirectory { get; init; } = Path.Combine(Path.GetTempPath(), "cadre-extract");

    /// <summary>
    /// Program and first arguments that end in <see cref="ExtractionChild.Run"/>; null re-executes this program with <see cref="ExtractionChild.Verb"/>.
    /// </summary>
    public IReadOnlyList<string>? ChildProgram { get; init; }

    /// <summary>poppler's program, found in the system's directories.</summary>
    public string PdfToText { get; init; } = "pdftotext";

    internal SandboxLimits ChildLimits => new(ChildWall, ChildCpu, ChildMemoryBytes, Processes: 64, OutputBytes: 8 << 10, FileBytes: MaxTextBytes);
}
