using Cadre.Server.Runs;

namespace Cadre.Server.Responses.Streaming;

/// <summary>A reader of a run who is there from the moment it is made: made before the run starts, it misses nothing live.</summary>
internal sealed class RunSubscription : IAsyncEnumerator<RunUpdate>
{
    private readonly CancellationTokenSource _left;
    private readonly IAsyncEnumerator<RunUpdate> _updates;
    private Task<bool>? _first;

    /// <param name="timeline">The facts before those that the reader is given.</param>
    /// <param name="shown">Text of the turn in progress that the reader has.</param>
    /// <param name="live">False for a reader to whom only what is recorded matters.</param>
    public RunSubscription(ServedRuns runs, RunTimeline timeline, string shown, CancellationToken cancellationToken, bool live = true)
    {
        _left = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _updates = runs.StreamAsync(timeline, timeline.State.Version, _left.Token, shown, live).GetAsyncEnumerator(_left.Token);
        _first = _updates.MoveNextAsync().AsTask();
    }

    public RunUpdate Current => _updates.Current;

    public ValueTask<bool> MoveNextAsync()
    {
        if (_first is not { } first) return _updates.MoveNextAsync();
        _first = null;
        return new(first);
    }

    /// <summary>Ends what is under way.</summary>
    public void Cancel() => _left.Cancel();

    /// <summary>Not while <see cref="MoveNextAsync"/> is under way.</summary>
    public async ValueTask DisposeAsync()
    {
        await _left.CancelAsync();
        if (_first is { } first) await ((Task)first).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _updates.DisposeAsync();
        _left.Dispose();
    }
}
