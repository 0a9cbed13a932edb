using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Cadre.Bench.Server;

/// <summary>A server in a process of its own, so that what it spends is its alone. It says where it listens, and ends when nobody holds its input.</summary>
internal sealed partial class Child : IDisposable
{
    private readonly Process _process;

    private Child(Process process, Uri url) => (_process, Url) = (process, url);

    public Uri Url { get; }

    public TimeSpan Processor
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Bytes given to the system to write to files; sockets do not count.</summary>
    public long Written => Figure("io", "write_bytes");

    public long ResidentBytes => Figure("status", "VmRSS") << 10;

    /// <param name="arguments">Of this program: one of <see cref="ChildServers"/>.</param>
    public static Child Start(params IReadOnlyList<string> arguments) => Start(Environment.ProcessPath!, arguments, null);

    /// <param name="program">Says where it listens on standard output, or on standard error when it is Cadre.</param>
    /// <param name="arguments">Of the program.</param>
    /// <param name="environment">Added to this process's, for Cadre.</param>
    public static Child Start(string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = environment is null, RedirectStandardError = environment is not null };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
#pragma warning disable RS0030 // A process of the bench, by the one who is not Cadre.
        var process = Process.Start(start)!;
#pragma warning restore RS0030
        var says = environment is null ? process.StandardOutput : process.StandardError;
        while (says.ReadLine() is { } line)
        {
            var at = line.IndexOf("http://127.0.0.1:", StringComparison.Ordinal);
            if (at >= 0) return new(process, new(line[at..].Split(' ')[0].TrimEnd('/', '.', ';')));
        }

        throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} did not start.");
    }

    /// <summary>As a person does with Ctrl-C.</summary>
    public void Interrupt()
    {
        if (Kill(_process.Id, 2) != 0) throw new InvalidOperationException("The process cannot be interrupted.");
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(10))) _process.Kill();
        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    private long Figure(string file, string name)
    {
        var line = File.ReadLines($"/proc/{_process.Id}/{file}").First(line => line.StartsWith($"{name}:", StringComparison.Ordinal));
        return long.Parse(line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
