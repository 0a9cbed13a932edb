using Cadre.Tools.Mcp.Configuration;
using Cadre.Tools.Mcp.OAuth;

namespace Cadre.Tools.Mcp.Connections;

/// <summary>
/// The one connection to an endpoint: opened when it is first needed, kept, and opened again when it has ended. After a failure it waits
/// (1 s, doubling to 60 s) before the next attempt, and answers with the last reason at once until then.
/// </summary>
internal sealed class EndpointConnection(McpEndpoint endpoint, LinkOpener opener, OAuthSession? session, OpenLinks? links, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private Link? _link;
    private int _failures;
    private DateTimeOffset _retryAt;
    private string _reason = "";
    private bool _closed;
    private int _uses;
    private long _lastUsed = time.GetUtcNow().UtcTicks;

    public DateTimeOffset LastUsed => new(Interlocked.Read(ref _lastUsed), TimeSpan.Zero);

    /// <summary>Until the result is disposed the connection is not idle.</summary>
    public IDisposable Use()
    {
        Interlocked.Increment(ref _uses);
        return new Usage(this);
    }

    /// <param name="insist">A person asks: do not wait for the pause to end.</param>
    public async ValueTask<Opening> OpenAsync(bool insist, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_closed) return Opening.Unavailable("It was closed.");
            if (_link is { IsAlive: true }) return new(_link, "");
            await DropAsync();
            if (!insist && _failures > 0 && time.GetUtcNow() < _retryAt) return Opening.Unavailable(_reason);
            if (links is not null && !await links.AdmitAsync(this)) return Opening.Unavailable("Too many connections to MCP servers are in use.");
            return await OpenAsync(cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Ends a link that was found broken; another that was opened since stays.</summary>
    public async ValueTask CloseAsync(Link broken, string? failure)
    {
        await _gate.WaitAsync();
        try
        {
            if (_link != broken) return;
            await DropAsync();
            if (failure is not null) Failed(failure);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Ends the link when nobody uses it and nobody has since <paramref name="before"/>.</summary>
    public async ValueTask<bool> CloseIdleAsync(DateTimeOffset before)
    {
        if (LastUsed > before || !await _gate.WaitAsync(0)) return false;
        try
        {
            if (Volatile.Read(ref _uses) > 0) return false;
            await DropAsync();
            return true;
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
            _closed = true;
            await DropAsync();
        }
        finally
        {
            _gate.Release();
        }
    }

    private DateTimeOffset Now => time.GetUtcNow();

    private async ValueTask<Opening> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            var opening = await opener.OpenAsync(endpoint, session, cancellationToken);
            if (opening.Link is not null) (_link, _failures) = (opening.Link, 0);
            else if (!opening.NeedsSignIn) Failed(opening.Reason);
            return opening;
        }
        finally
        {
            if (_link is null) links?.Remove(this);
        }
    }

    private async ValueTask DropAsync()
    {
        links?.Remove(this);
        var link = _link;
        _link = null;
        if (link is not null) await link.DisposeAsync();
    }

    private void Failed(string reason)
    {
        var pause = FirstPause * Math.Pow(2, Math.Min(_failures, 6));
        _failures++;
        (_reason, _retryAt) = (reason, time.GetUtcNow() + (pause < LongestPause ? pause : LongestPause));
    }

    private sealed class Usage(EndpointConnection connection) : IDisposable
    {
        private int _ended;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _ended, 1) == 1) return;
            Interlocked.Exchange(ref connection._lastUsed, connection.Now.UtcTicks);
            Interlocked.Decrement(ref connection._uses);
        }
    }
}
