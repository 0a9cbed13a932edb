namespace Cadre.Engine.Ports;

/// <summary>The only way to start a process. Implemented by Cadre.Sandbox.</summary>
public interface ISandbox
{
    /// <summary>What holds a command back on this machine; found once, at start.</summary>
    SandboxLevel Level { get; }

    /// <summary>
    /// Runs a command to its end and returns its bounded output. Failures of the command are in the result. Throws
    /// <see cref="SandboxUnavailableException"/> when this machine cannot confine the command as asked: it is never run with less.
    /// Cancelling ends the command and everything it started.
    /// </summary>
    ValueTask<SandboxResult> RunAsync(SandboxCommand command, Action<string>? onOutput, CancellationToken cancellationToken);

    /// <summary>Starts a command that is spoken to over its standard streams (an MCP server). Disposing ends it and everything it started.</summary>
    ValueTask<ISandboxedProcess> StartAsync(SandboxCommand command, CancellationToken cancellationToken);
}

public interface ISandboxedProcess : IAsyncDisposable
{
    Stream Input { get; }
    Stream Output { get; }
    Stream Error { get; }

    /// <summary>Completes with the exit code when the process has ended.</summary>
    Task<int> Exited { get; }
}

/// <summary>How a command is confined, strongest first.</summary>
public enum SandboxLevel
{
    /// <summary>Own namespaces (files, processes, network, users), seccomp filter, limits.</summary>
    Bubblewrap,

    /// <summary>Landlock rules, seccomp filter and limits in the host's namespaces.</summary>
    Landlock,

    /// <summary>Nothing can hold a command back here: every command is refused.</summary>
    None,
}

/// <param name="Argv">Program and arguments; never a shell string.</param>
/// <param name="Directory">Host path of the directory that is writable inside, where the command starts unless <c>WorkingDirectory</c> says otherwise.</param>
/// <param name="Limits">What the command may use.</param>
public sealed record SandboxCommand(IReadOnlyList<string> Argv, string Directory, SandboxLimits Limits)
{
    /// <summary>Start directory relative to <see cref="Directory"/>.</summary>
    public string WorkingDirectory { get; init; } = ".";

    /// <summary>The whole environment of the command, apart from a fixed PATH, HOME, LANG and TMPDIR.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Host paths that are visible read-only inside, at the same path.</summary>
    public IReadOnlyList<string> ReadOnly { get; init; } = [];

    /// <summary>Paths below <see cref="Directory"/>, relative to it, that stay read-only (version control data, policies), whether they exist or not.</summary>
    public IReadOnlyList<string> Protected { get; init; } = [];

    public bool WritableDirectory { get; init; } = true;

    /// <summary>
    /// Where an empty, writable file system in memory lies inside, as large as <see cref="SandboxLimits.FileBytes"/> at most and gone with the command; null: none.
    /// Only <see cref="SandboxLevel.Bubblewrap"/> can make one.
    /// </summary>
    public string? Scratch { get; init; }

    /// <summary>Shares the host's network. Without it the command has no network at all, not even the host's loopback.</summary>
    public bool Network { get; init; }

    /// <summary>Written to the command's standard input, which is then closed.</summary>
    public ReadOnlyMemory<byte> Stdin { get; init; }
}

/// <param name="OutputBytes">Kept of standard output and of standard error, each; the middle is cut and the cut is named.</param>
/// <param name="FileBytes">Largest file the command may write.</param>
public sealed record SandboxLimits(
    TimeSpan Wall,
    TimeSpan Cpu,
    long MemoryBytes,
    int Processes,
    int OutputBytes,
    long FileBytes)
{
    public static SandboxLimits Default { get; } = new(
        Wall: TimeSpan.FromMinutes(2),
        Cpu: TimeSpan.FromMinutes(2),
        MemoryBytes: 2L << 30,
        Processes: 256,
        OutputBytes: 64 << 10,
        FileBytes: 1L << 30);
}

/// <param name="ExitCode">Of the command; 128 + signal when a signal ended it.</param>
public sealed record SandboxResult(int ExitCode, string Stdout, string Stderr, SandboxEnd End, TimeSpan Duration);

public enum SandboxEnd
{
    Exited,
    TimedOut,
    OutOfMemory,
    Killed,
}

/// <summary>This machine cannot confine the command as asked. The message says what is missing and how to get it.</summary>
public sealed class SandboxUnavailableException(string message) : Exception(message);
