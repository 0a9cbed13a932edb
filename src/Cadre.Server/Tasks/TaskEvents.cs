using System.Collections.Concurrent;
using System.Threading.Channels;
using Cadre.Engine.Tools;
using Cadre.Server.Events;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Tasks;

/// <summary>
/// Tells a dashboard what changes in its user's tasks, whoever changed it. It begins with "reset", which asks the reader to read the tasks anew: so does every reconnection, and a
/// reader that was too slow to be told everything.
/// </summary>
internal sealed class TaskEvents(ServerContext context, TaskBook book)
{
    public const string Reset = "reset";

    /// <summary>Of one user, at once.</summary>
    public const int MaxStreams = 16;

    /// <summary>Changes that a reader may lag behind.</summary>
    private const int Backlog = 256;

    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);

    /// <summary>Then the reader proves anew who it is: a token that has ended does not go on listening.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    private readonly ConcurrentDictionary<Owner, int> _open = new();

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/v1/tasks/events", StreamAsync);

    private async Task StreamAsync(HttpContext http)
    {
        var owner = Caller.Of(http).Owner;
        if (_open.AddOrUpdate(owner, 1, static (_, open) => open + 1) > MaxStreams)
        {
            Leave(owner);
            throw new ApiException(StatusCodes.Status429TooManyRequests, $"A user has at most {MaxStreams} streams of tasks open.") { Code = "too_many_streams", RetryAfter = Silence };
        }

        using var enough = new CancellationTokenSource(Longest, context.Time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, context.Draining, enough.Token);
        var pending = new PendingEvents(owner);
        var gathering = pending.GatherAsync(context.Events, end.Token);
        try
        {
            using var sending = await EventStream.StartAsync(http);
            await SendAsync(sending, pending, owner, end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The reader comes again, or has gone.
        }
        finally
        {
            await end.CancelAsync();
            await gathering;
            Leave(owner);
        }
    }

    private async Task SendAsync(EventStream sending, PendingEvents pending, Owner owner, CancellationToken stop)
    {
        await ResetAsync(sending);
        var next = pending.NextAsync(stop);
        while (true)
        {
            try
            {
                await next.WaitAsync(Silence, context.Time, stop);
            }
            catch (TimeoutException)
            {
                await sending.KeepAliveAsync();
                continue;
            }

            if (await next is { } @event) await TellAsync(sending, owner, @event, stop);
            else await ResetAsync(sending);
            next = pending.NextAsync(stop);
        }
    }

    private static ValueTask ResetAsync(EventStream sending) => sending.SendAsync(Reset, static json =>
    {
        json.WriteStartObject();
        json.WriteString("type", Reset);
        json.WriteEndObject();
    });

    private async ValueTask TellAsync(EventStream sending, Owner owner, PlatformEvent @event, CancellationToken stop)
    {
        var task = @event.Type == EventTypes.TaskDeleted ? null : await book.FindAsync(owner, @event.Subject, stop);
        // It was deleted meanwhile: that is told next.
        if (task is null && @event.Type != EventTypes.TaskDeleted) return;
        await sending.SendAsync(@event.Type, json =>
        {
            json.WriteStartObject();
            json.WriteString("type", @event.Type);
            json.WriteString("at", TaskDue.Show(@event.At));
            json.WriteString("task_id", UserTask.Prefix + @event.Subject);
            if (task is not null)
            {
                json.WritePropertyName("task");
                TaskView.Write(json, task);
            }

            json.WriteEndObject();
        });
    }

    private void Leave(Owner owner)
    {
        while (_open.TryGetValue(owner, out var open))
        {
            if (open == 1 ? _open.TryRemove(new(owner, open)) : _open.TryUpdate(owner, open - 1, open)) return;
        }
    }

    /// <summary>What one reader has still to be told: taken from the bus at once, so that the bus never waits for a reader.</summary>
    private sealed class PendingEvents(Owner owner)
    {
        private readonly Channel<PlatformEvent> _events = Channel.CreateBounded<PlatformEvent>(new BoundedChannelOptions(Backlog) { SingleReader = true, SingleWriter = true });
        private int _missed;

        /// <summary>Has begun when it returns.</summary>
        public async Task GatherAsync(EventBus bus, CancellationToken stop)
        {
            try
            {
                await foreach (var @event in bus.SubscribeAsync(stop))
                {
                    if (@event.Owner != owner || @event.Type is not (EventTypes.TaskCreated or EventTypes.TaskUpdated or EventTypes.TaskDeleted)) continue;
                    if (!_events.Writer.TryWrite(@event)) Interlocked.Exchange(ref _missed, 1);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // The stream has ended.
            }
        }

        /// <summary>Null when something was missed: what is read from now on is whole again.</summary>
        public async Task<PlatformEvent?> NextAsync(CancellationToken stop)
        {
            var next = await _events.Reader.ReadAsync(stop);
            if (Interlocked.Exchange(ref _missed, 0) == 0) return next;
            while (_events.Reader.TryRead(out _))
            {
                // The reader reads everything anew.
            }

            return null;
        }
    }
}
