using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Cadre.Cli.Tests.Processes;

/// <summary>The built program in a process of its own, with nothing of the test's environment but PATH and the runtime's place.</summary>
internal sealed partial class CadreProcess : IAsyncDisposable
{
    public const int Interrupt = 2;
    public const int Terminate = 15;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();
    private readonly Task _reading;

    private CadreProcess(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput, _output), ReadAsync(process.StandardError, _error));
    }

    /// <summary>Beside the tests, as the build puts it there.</summary>
    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "cadre");

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public string Out => Text(_output);

    public string Error => Text(_error);

    public static CadreProcess Start(CommandRunner place, params string[] arguments) => StartProgram(place, Program, arguments);

    public static async Task<CommandResult> RunAsync(CommandRunner place, params string[] arguments)
    {
        await using var process = Start(place, arguments);
        return await process.EndAsync();
    }

    /// <summary>On a pseudo-terminal that types <paramref name="typed"/> as soon as <paramref name="prompt"/> is shown; its output is <see cref="Out"/>.</summary>
    public static CadreProcess StartOnTerminal(CommandRunner place, string prompt, string typed, params string[] arguments) =>
        StartProgram(place, "python3", [Path.Combine(AppContext.BaseDirectory, "Processes", "terminal.py"), prompt, typed, Program, .. arguments]);

    /// <summary>Until it has said this, or fails with all that it said.</summary>
    public async Task<Match> SaysAsync(string pattern)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            if (Regex.Match(Out + Error, pattern) is { Success: true } match) return match;
            Assert.True(Stopwatch.GetElapsedTime(began) < Patience && !_process.HasExited, $"It did not say '{pattern}'.\n{Out}\n{Error}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    public void Signal(int signal) => Assert.Equal(0, Kill(_process.Id, signal));

    public async Task<CommandResult> EndAsync()
    {
        using var late = new CancellationTokenSource(Patience);
        try
        {
            await _process.WaitForExitAsync(late.Token);
            await _reading.WaitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"Not ended after {Patience}.\n{Out}\n{Error}");
        }

        return new(_process.ExitCode, Out, Error);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static CadreProcess StartProgram(CommandRunner place, string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = place.Workspace,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var kept = new[] { "PATH", "DOTNET_ROOT" }.Select(name => (name, value: Environment.GetEnvironmentVariable(name))).ToArray();
        start.Environment.Clear();
        foreach (var (name, value) in kept) start.Environment[name] = value;
        start.Environment["DOTNET_ROOT"] ??= Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));
        foreach (var (name, value) in place.Variables) start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return new(process);
    }

    private static async Task ReadAsync(StreamReader reader, StringBuilder text)
    {
        var buffer = new char[4_096];
        for (int read; (read = await reader.ReadAsync(buffer)) > 0;)
        {
            lock (text) text.Append(buffer, 0, read);
        }
    }

    private static string Text(StringBuilder text)
    {
        lock (text) return text.ToString();
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
