using System.Net;
using Cadre.Simulator.Http;
using Cadre.Simulator.Scripts;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Cadre.Simulator;

/// <summary>An OpenAI-compatible model endpoint on a real socket of 127.0.0.1, played by a script.</summary>
/// <remarks>Kestrel without a host: no configuration is read, no signal is handled, nothing is logged. Any API key is
/// accepted. All members are safe for concurrent use.</remarks>
public sealed class SimulatorServer : IAsyncDisposable
{
    /// <summary>Largest request body, in bytes; a larger one is answered with 413.</summary>
    public const long MaxRequestBytes = 64L << 20;

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly SimulatorOptions _options;
    private readonly RequestLog _log = new();
    private readonly Api _api;
    private KestrelServer? _listener;
    private bool _disposed;
    private int _port;

    private SimulatorServer(SimulatorScript script, SimulatorOptions options)
    {
        _options = options;
        _port = options.Port;
        _api = new(new ScriptPlayer(script, options), options, _log, RefuseForAsync);
    }

    /// <summary><c>http://127.0.0.1:PORT/v1</c>, the same for the server's whole life.</summary>
    public Uri BaseUrl => new($"http://127.0.0.1:{_port}/v1");

    /// <summary>The latest requests (at most 1,000 and 64 MiB), oldest first. Empty when recording is off.</summary>
    public IReadOnlyList<RecordedRequest> Requests => _log.Snapshot();

    /// <summary>Starts listening; on return the first request can be sent.</summary>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<SimulatorServer> StartAsync(SimulatorScript script, SimulatorOptions? options = null, CancellationToken cancellationToken = default)
    {
        var server = new SimulatorServer(script, options ?? new());
        await server.ListenAsync(cancellationToken);
        return server;
    }

    /// <summary>Completes when <paramref name="count"/> requests have arrived since the start. Needs recording.</summary>
    public Task WaitForRequestsAsync(int count, CancellationToken cancellationToken = default) => _log.WaitAsync(count, cancellationToken);

    /// <summary>Closes the port: open connections are dropped and new ones refused, until <see cref="ListenAsync"/>.</summary>
    public async Task StopListeningAsync(CancellationToken cancellationToken = default)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            await CloseAsync();
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Opens the port that <see cref="StopListeningAsync"/> closed. Does nothing while it is open.</summary>
    public async Task ListenAsync(CancellationToken cancellationToken = default)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_listener is null && !_disposed)
            {
                await OpenAsync(cancellationToken);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync();
        try
        {
            _disposed = true;
            await CloseAsync();
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        var kestrel = new KestrelServerOptions { AddServerHeader = false };
        kestrel.Limits.MaxRequestBodySize = MaxRequestBytes;
        kestrel.Limits.MinResponseDataRate = null;
        ListenOptions? bound = null;
        kestrel.Listen(IPAddress.Loopback, _port, listen => bound = listen);
        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);
        var listener = new KestrelServer(Options.Create(kestrel), transport, NullLoggerFactory.Instance);
        await listener.StartAsync(_api, cancellationToken);
        _listener = listener;
        _port = bound!.IPEndPoint!.Port;
    }

    private async Task CloseAsync()
    {
        if (_listener is { } listener)
        {
            _listener = null;
            // A cancelled stop drops connections at once: a stalled answer would never finish.
            await listener.StopAsync(new CancellationToken(canceled: true));
            listener.Dispose();
        }
    }

    private async Task RefuseForAsync(TimeSpan time)
    {
        await StopListeningAsync();
        await Task.Delay(time, _options.TimeProvider);
        await ListenAsync();
    }
}
