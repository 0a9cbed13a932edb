using Cadre.Server.Runs;

namespace Cadre.Server.Responses.Streaming;

/// <summary>One reader of a response that is being made.</summary>
internal sealed class ResponseReader(StoredResponse response, RunTimeline timeline, RunSubscription updates, TimeProvider time) : IAsyncDisposable
{
    public RunTimeline Timeline => timeline;

    public Task SendAsync(IEventSender sender, int after, CancellationToken cancellationToken) =>
        new ResponseStream(response, timeline, time).SendAsync(updates, sender, after, cancellationToken);

    /// <summary>Until the run has ended.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        while (!timeline.State.HasEnded && await updates.MoveNextAsync()) cancellationToken.ThrowIfCancellationRequested();
    }

    public ValueTask DisposeAsync() => updates.DisposeAsync();
}
