using Cadre.Server.Runs;

namespace Cadre.Server.Responses.Streaming;

/// <summary>Tells a response to one reader, from after the event that it had last until the end.</summary>
internal sealed class ResponseStream(StoredResponse response, RunTimeline timeline, TimeProvider time)
{
    /// <summary>Silence after which a comment is sent, so that nothing between here and the reader gives the connection up.</summary>
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    /// <param name="updates">From the run's beginning.</param>
    /// <param name="after">Number of the last event that the reader has; -1 for none.</param>
    public async Task SendAsync(IAsyncEnumerator<RunUpdate> updates, IEventSender sender, int after, CancellationToken cancellationToken)
    {
        using var events = new EventBuffer();
        using var left = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var narrator = new ResponseNarrator(response, timeline, events);
        var silence = Task.Delay(KeepAlive, time, left.Token);
        try
        {
            while (!narrator.HasEnded)
            {
                var next = updates.MoveNextAsync().AsTask();
                while (!next.IsCompleted && await Task.WhenAny(next, silence) == silence)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    await sender.KeepAliveAsync();
                    silence = Task.Delay(KeepAlive, time, left.Token);
                }

                if (!await next) return;
                narrator.Tell(updates.Current);
                var from = Math.Max(0, after + 1 - events.FirstNumber);
                if (from < events.Count) await sender.SendAsync(events, from);
                events.Clear();
            }
        }
        finally
        {
            await left.CancelAsync();
        }
    }
}
