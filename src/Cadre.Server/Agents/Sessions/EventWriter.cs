using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Wire.Agents;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Agents.Sessions;

/// <summary>Writes a session's events to its caller, and a comment when there is nothing to write for a while.</summary>
internal sealed class EventWriter(ServerContext context)
{
    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    /// <param name="events">Read until it ends, the caller goes or the server drains.</param>
    public async Task WriteAsync(HttpContext http, EventStream stream, Func<CancellationToken, IAsyncEnumerable<AgentEvent>> events)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, context.Stopping);
        await using var reader = events(end.Token).GetAsyncEnumerator(end.Token);
        using var timer = new PeriodicTimer(KeepAlive, context.Time);
        var tick = timer.WaitForNextTickAsync(end.Token).AsTask();
        Task<bool>? next = null;
        try
        {
            while (true)
            {
                next = reader.MoveNextAsync().AsTask();
                while (await Task.WhenAny(next, tick) == tick && !next.IsCompleted)
                {
                    await tick;
                    await stream.KeepAliveAsync();
                    tick = timer.WaitForNextTickAsync(end.Token).AsTask();
                }

                if (!await next) return;
                var @event = reader.Current;
                await stream.SendAsync(AgentEventNames.Of(@event), @event, AgentsJson.Default.AgentEvent);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The caller has gone, or has to ask another time.
        }
        finally
        {
            // An enumerator may be disposed only when it rests.
            await end.CancelAsync();
            if (next is not null) await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

/// <summary>The <c>event:</c> field: the same as the event's type.</summary>
internal static class AgentEventNames
{
    private static readonly Dictionary<Type, string> Names =
        AgentsJson.Default.AgentEvent.PolymorphismOptions!.DerivedTypes.ToDictionary(type => type.DerivedType, type => (string)type.TypeDiscriminator!);

    public static string Of(AgentEvent @event) => Names[@event.GetType()];
}
