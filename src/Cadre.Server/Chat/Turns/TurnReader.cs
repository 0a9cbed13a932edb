using Cadre.Server.Hosting;
using Cadre.Server.Responses.Streaming;
using Cadre.Server.Runs;

namespace Cadre.Server.Chat.Turns;

/// <summary>One reader of a run, until nothing more comes of it or the reader leaves. The run goes on.</summary>
internal sealed class TurnReader : IAsyncDisposable
{
    private readonly CancellationTokenSource _left;
    private readonly RunSubscription _updates;
    private readonly long _from;
    private Task<bool> _next = Task.FromResult(true);

    /// <param name="run">The facts before those that it reads; given each fact that is read, the first before it is asked for.</param>
    /// <param name="from">Facts that are known to come: where the run stood before them is past.</param>
    /// <param name="live">False for a reader who is answered when all is done.</param>
    public TurnReader(ServerContext context, RunTimeline run, long from, CancellationToken cancellationToken, bool live = true)
    {
        (Run, _from) = (run, from);
        (IsSettled, Said) = (Settles(), ChatReply.Text(run));
        _left = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, context.Stopping);
        _updates = new(context.Runs, run, "", _left.Token, live);
    }

    public RunTimeline Run { get; }

    public RunUpdate Current => _updates.Current;

    /// <summary>After the present update nothing more comes until somebody acts.</summary>
    public bool IsSettled { get; private set; }

    /// <summary>Text of the facts before those that it reads.</summary>
    public string Said { get; }

    public Task<bool> MoveNextAsync() => _next = NextAsync();

    public async ValueTask WaitAsync()
    {
        while (!IsSettled && await NextAsync())
        {
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _left.CancelAsync();
        await ((Task)_next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _updates.DisposeAsync();
        _left.Dispose();
    }

    private async Task<bool> NextAsync()
    {
        if (!await _updates.MoveNextAsync()) return false;
        IsSettled = _updates.Current is RunUpdate.Fact && Settles();
        return true;
    }

    private bool Settles() => Run.State.Version >= _from && ChatReply.IsSettled(Run);
}
