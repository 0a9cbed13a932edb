using System.Text;
using Cadre.Engine.Ports;
using Cadre.Tools.Mcp.Configuration;

namespace Cadre.Tools.Mcp.Connections;

/// <summary>A server's process in the sandbox. Its standard error is read all the time, so that it never blocks, and the end of it is kept.</summary>
internal sealed class StdioCarrier : IAsyncDisposable
{
    public const int TailBytes = 2_048;

    /// <summary>A server lives as long as its connection: days, not the minutes of a command.</summary>
    private static readonly SandboxLimits Limits = SandboxLimits.Default with { Wall = TimeSpan.FromDays(20), Cpu = TimeSpan.FromDays(1) };

    private readonly ISandboxedProcess _process;
    private readonly Lock _gate = new();
    private readonly byte[] _tail = new byte[TailBytes];
    private readonly Task _reading;
    private int _kept;

    private StdioCarrier(ISandboxedProcess process)
    {
        _process = process;
        _reading = ReadErrorsAsync();
    }

    public Stream Input => _process.Input;
    public Stream Output => _process.Output;

    public string LastWords
    {
        get
        {
            lock (_gate) return PlainText.OneLine(Encoding.UTF8.GetString(_tail, 0, _kept), TailBytes).Trim();
        }
    }

    /// <summary>Throws <see cref="SandboxUnavailableException"/>, or <see cref="IOException"/> when the program cannot be started.</summary>
    public static async ValueTask<StdioCarrier> StartAsync(McpEndpoint.Stdio endpoint, McpOptions options, ISandbox sandbox, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        var own = Path.Combine(options.McpDirectory, "servers", ToolNames.Directory(endpoint.Name));
        Files.AtomicFile.CreateDirectory(own);
        var command = new SandboxCommand([Program(endpoint, options), .. endpoint.Arguments], endpoint.Workspace == WorkspaceAccess.None ? own : options.Workspace, Limits)
        {
            Environment = environment,
            ReadOnly = endpoint.ReadOnly,
            WritableDirectory = endpoint.Workspace != WorkspaceAccess.Read,
            Network = endpoint.Network && options.AllowNetwork,
        };
        return new(await sandbox.StartAsync(command, cancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        await _reading;
    }

    /// <summary>A relative path is relative to mcp.json; a bare name is looked up by the sandbox.</summary>
    private static string Program(McpEndpoint.Stdio endpoint, McpOptions options) => endpoint.Command.Contains('/', StringComparison.Ordinal)
        ? Path.GetFullPath(endpoint.Command, Path.GetDirectoryName(Path.GetFullPath(options.ConfigurationPath))!)
        : endpoint.Command;

    private async Task ReadErrorsAsync()
    {
        var buffer = new byte[TailBytes];
        try
        {
            while (await _process.Error.ReadAsync(buffer) is var count and > 0) Keep(buffer.AsSpan(0, count));
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The process was ended while it was being read.
        }
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            var stay = Math.Min(_kept, TailBytes - bytes.Length);
            _tail.AsSpan(_kept - stay, stay).CopyTo(_tail);
            bytes.CopyTo(_tail.AsSpan(stay));
            _kept = stay + bytes.Length;
        }
    }
}
