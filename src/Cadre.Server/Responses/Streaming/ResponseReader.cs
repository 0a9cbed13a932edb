using Cadre.Server.Runs;

namespace Cadre.Server.Responses.Streaming;

/// <summary>One reader of a response, from its beginning.</summary>
internal sealed class ResponseReader : IAsyncDisposable
{
    private readonly StoredResponse _response;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _left;
    private readonly IAsyncEnumerator<RunUpdate> _updates;
    private Task<bool> _next = Task.FromResult(true);

    /// <param name="updates">Adds each fact to the timeline before it gives it out; stops when its token fires.</param>
    public ResponseReader(
        StoredResponse response, RunTimeline timeline, Func<CancellationToken, IAsyncEnumerator<RunUpdate>> updates, TimeProvider time, CancellationToken cancellationToken)
    {
        (_response, Timeline, _time) = (response, timeline, time);
        _left = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _updates = updates(_left.Token);
    }

    public StoredResponse Response => _response;

    public RunTimeline Timeline { get; }

    public RunUpdate Current => _updates.Current;

    /// <summary>Sends events until the terminal one.</summary>
    /// <param name="after">Number of the last event that the reader has; -1 for none.</param>
    public Task SendAsync(IEventSender sender, int after) => new ResponseStream(this, _time).SendAsync(sender, after, _left.Token);

    /// <summary>Until the run has ended.</summary>
    public async Task WaitAsync()
    {
        while (!Timeline.State.HasEnded && await MoveNextAsync())
        {
        }
    }

    public Task<bool> MoveNextAsync() => _next = _updates.MoveNextAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await _left.CancelAsync();
        // Whoever gave up in the middle left an update under way.
        await ((Task)_next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _updates.DisposeAsync();
        _left.Dispose();
    }
}
