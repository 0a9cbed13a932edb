namespace Cadre.Server.Responses.Streaming;

/// <summary>Tells a response to one reader, from after the event that it had last until the end.</summary>
internal sealed class ResponseStream(ResponseReader reader, TimeProvider time)
{
    /// <summary>Silence after which a comment is sent, so that nothing between here and the reader gives the connection up.</summary>
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    /// <param name="after">Number of the last event that the reader has; -1 for none.</param>
    public async Task SendAsync(IEventSender sender, int after, CancellationToken cancellationToken)
    {
        using var events = new EventBuffer();
        using var left = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var narrator = new ResponseNarrator(reader.Response, reader.Timeline, events);
        var silence = Task.Delay(KeepAlive, time, left.Token);
        try
        {
            while (!narrator.HasEnded)
            {
                var next = reader.MoveNextAsync();
                while (!next.IsCompleted && await Task.WhenAny(next, silence) == silence)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    await sender.KeepAliveAsync();
                    silence = Task.Delay(KeepAlive, time, left.Token);
                }

                if (!await next) return;
                narrator.Tell(reader.Current);
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
