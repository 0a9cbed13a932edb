using Cadre.Server.Http;

namespace Cadre.Server.Chat.Turns;

/// <summary>Sends a run's events to one reader, the terminal one last.</summary>
internal sealed class TurnStream(TurnReader reader, TurnNarrator narrator, TimeProvider time)
{
    /// <summary>Silence after which a comment is sent, so that nothing between here and the reader gives the connection up.</summary>
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    public async Task SendAsync(EventStream stream, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var silence = Task.Delay(KeepAlive, time, ended.Token);
        try
        {
            while (!reader.IsSettled)
            {
                var next = reader.MoveNextAsync();
                while (!next.IsCompleted && await Task.WhenAny(next, silence) == silence)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    await stream.KeepAliveAsync();
                    silence = Task.Delay(KeepAlive, time, ended.Token);
                }

                if (!await next) return;
                foreach (var @event in narrator.On(reader.Current)) await SendAsync(stream, @event);
            }

            if (!reader.Run.State.HasEnded) await SendAsync(stream, narrator.Waiting());
        }
        finally
        {
            await ended.CancelAsync();
        }
    }

    private static ValueTask SendAsync(EventStream stream, ChatEvent @event) => stream.SendAsync(@event.Name, @event.Write, @event.Id.ToString());
}
