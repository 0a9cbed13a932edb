using System.Runtime.InteropServices;
using System.Text;
using Cadre.Engine.Ports;

namespace Cadre.Knowledge.Extraction;

/// <summary>Runs the parsers: each for one file, in a child process that sees this file and its own program, and writes to one directory.</summary>
internal sealed class ChildExtraction(ISandbox sandbox, ExtractorOptions options) : IDisposable
{
    private const int CommandNotFound = 127;
    private const string OutputName = "text";
    private static readonly TimeSpan LeftoverAge = TimeSpan.FromDays(1);

    private readonly SemaphoreSlim _children = new(options.MaxChildren);
    private int _swept;

    public ValueTask<Extracted> ParseAsync(string path, DocumentKind kind, CancellationToken cancellationToken)
    {
        var runtime = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));
        var limit = options.MaxTextBytes.ToString();
        return RunAsync(
            path,
            result => result.Stdout.Trim() == nameof(TextForm.Rows) ? TextForm.Rows : TextForm.Markdown,
            output => new SandboxCommand([.. options.ChildProgram ?? OwnProgram(), ExtractionChild.Word(kind), Real(path), output, limit], Path.GetDirectoryName(output)!, options.ChildLimits)
            {
                ReadOnly = [Real(path), .. Existing(AppContext.BaseDirectory), .. Existing(runtime)],
                Environment = new Dictionary<string, string>
                {
                    ["DOTNET_ROOT"] = runtime,
                    ["DOTNET_EnableDiagnostics"] = "0",
                    ["DOTNET_TieredPGO"] = "0",
                    ["DOTNET_gcServer"] = "0",
                    ["DOTNET_GCHeapHardLimit"] = (options.ChildMemoryBytes / 2).ToString("x"),
                },
            },
            result => ExtractionChild.Fault(result.ExitCode) is { } fault
                ? new Extracted.Refused(fault, Sentence(result.Stderr))
                : new Extracted.Refused(IngestFault.InvalidFile, "The file is damaged: its parser failed."),
            cancellationToken);
    }

    public ValueTask<Extracted> ReadPdfAsync(string path, CancellationToken cancellationToken) => RunAsync(
        path,
        _ => TextForm.Prose,
        output => new SandboxCommand([options.PdfToText, "-enc", "UTF-8", "-eol", "unix", Real(path), output], Path.GetDirectoryName(output)!, options.ChildLimits)
        {
            ReadOnly = [Real(path)],
        },
        result => result.ExitCode == CommandNotFound
            ? new Extracted.Refused(IngestFault.UnsupportedFile, "PDF files cannot be read on this server: it needs pdftotext (on Debian: apt-get install poppler-utils).")
            : new Extracted.Refused(IngestFault.InvalidFile, result.Stderr.Contains("password", StringComparison.OrdinalIgnoreCase)
                ? "The PDF is encrypted: it opens with a password only."
                : "The PDF is damaged: no text could be read from it."),
        cancellationToken);

    private async ValueTask<Extracted> RunAsync(
        string path,
        Func<SandboxResult, TextForm> form,
        Func<string, SandboxCommand> command,
        Func<SandboxResult, Extracted.Refused> refusal,
        CancellationToken cancellationToken)
    {
        await _children.WaitAsync(cancellationToken);
        var directory = CreateDirectory();
        var keeps = false;
        try
        {
            var output = Path.Combine(directory, OutputName);
            var result = await sandbox.RunAsync(command(output), onOutput: null, cancellationToken);
            if (Judge(result) is { } limit) return limit;
            if (result.ExitCode != 0) return refusal(result);
            if (new FileInfo(output) is not { Exists: true, LinkTarget: null } written) return refusal(result);
            if (written.Length >= options.MaxTextBytes) return TextTooLarge();
            keeps = true;
            return new Extracted.Done(new ExtractedText(form(result), () => new StreamReader(output, Encoding.UTF8), directory));
        }
        catch (SandboxUnavailableException)
        {
            return new Extracted.Refused(IngestFault.Failed, "This server cannot read such files: nothing here can confine the program that would parse them.");
        }
        finally
        {
            _children.Release();
            if (!keeps) Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>Nobody else on the host may read what is written there.</summary>
    private string CreateDirectory()
    {
        var path = Path.Combine(options.TemporaryDirectory, Path.GetRandomFileName());
        var created = OperatingSystem.IsWindows()
            ? Directory.CreateDirectory(path)
            : Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (Interlocked.Exchange(ref _swept, 1) == 0) RemoveLeftovers(created);
        return created.FullName;
    }

    /// <summary>Of processes that were killed while they read a file; told by their age.</summary>
    private static void RemoveLeftovers(DirectoryInfo now)
    {
        foreach (var other in now.Parent!.EnumerateDirectories())
            if (now.LastWriteTimeUtc - other.LastWriteTimeUtc > LeftoverAge) other.Delete(recursive: true);
    }

    public void Dispose() => _children.Dispose();

    private Extracted.Refused? Judge(SandboxResult result) => result.End switch
    {
        SandboxEnd.TimedOut => new(IngestFault.TooLarge, "The file took too long to read."),
        SandboxEnd.OutOfMemory => new(IngestFault.TooLarge, "The file takes too much memory to read."),
        SandboxEnd.Killed => TextTooLarge(),
        SandboxEnd.Exited => null,
    };

    private Extracted.Refused TextTooLarge() => new(IngestFault.TooLarge, $"The file holds more than {options.MaxTextBytes >> 20} MiB of text.");

    /// <summary>The child's last line, which it wrote for the person.</summary>
    private static string Sentence(string stderr) =>
        stderr.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is [.., var last] ? last : "The file could not be read.";

    private static string Real(string path) => new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);

    private static IEnumerable<string> Existing(string directory) => Directory.Exists(directory) ? [directory] : [];

    private static IReadOnlyList<string> OwnProgram()
    {
        var program = Environment.ProcessPath ?? throw new SandboxUnavailableException("The path of this program is unknown.");
        return Path.GetFileNameWithoutExtension(program) == "dotnet"
            ? [program, Path.GetFullPath(Environment.GetCommandLineArgs()[0]), ExtractionChild.Verb]
            : [program, ExtractionChild.Verb];
    }
}
