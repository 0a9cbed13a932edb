using Cadre.Tools.Mcp.Configuration;

namespace Cadre.Tools.Mcp.Connections;

/// <summary>
/// The one connection to an endpoint: opened when it is first needed, kept, and opened again when it has ended. After a failure it waits
/// (1 s, doubling to 60 s) before the next attempt, and answers with the last reason at once until then.
/// </summary>
internal sealed class EndpointConnection(McpEndpoint endpoint, LinkOpener opener, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private Link? _link;
    private int _failures;
    private DateTimeOffset _retryAt;
    private string _reason = "";
    private bool _closed;

    /// <param name="insist">A person asks: do not wait for the pause to end.</param>
    public async ValueTask<Opening> OpenAsync(bool insist, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_closed) return Opening.Unavailable("Cadre is closing.");
            if (_link is { IsAlive: true }) return new(_link, "");
            await DropAsync();
            if (!insist && _failures > 0 && time.GetUtcNow() < _retryAt) return Opening.Unavailable(_reason);
            var opening = await opener.OpenAsync(endpoint, cancellationToken);
            if (opening.Link is null) Failed(opening.Reason);
            else (_link, _failures) = (opening.Link, 0);
            return opening;
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

    private async ValueTask DropAsync()
    {
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
}
