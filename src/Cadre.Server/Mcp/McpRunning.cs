using Microsoft.Extensions.Logging;
using ModelContextProtocol.Server;

namespace Cadre.Server.Mcp;

/// <summary>A server of the SDK and its transport, running until it is disposed: for a session, or for one request.</summary>
internal sealed class McpRunning : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly McpServer _server;
    private readonly Task _running;

    public McpRunning(StreamableHttpServerTransport transport, McpServerOptions options, ILoggerFactory log)
    {
        Transport = transport;
        _server = McpServer.Create(transport, options, log);
        _running = _server.RunAsync(_end.Token);
    }

    public StreamableHttpServerTransport Transport { get; }

    /// <summary>What it was doing is cancelled.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await Transport.DisposeAsync();
        await _server.DisposeAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }
}
