using Cadre.Engine.Runs;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Server.Runs;
using Cadre.Wire.Assistants;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Assistants;

/// <summary>Streams of runs: from the start of one, from the outputs that it was given, and (an addition) from where a reader was.</summary>
internal sealed class RunStreaming(ServerContext context, RunRecords records)
{
    /// <summary>Silence after which a comment is sent, so that nothing between takes the connection for dead.</summary>
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    /// <summary>A run that has just started, from its beginning.</summary>
    /// <param name="thread">Created together with the run; null: it was there before.</param>
    public async Task BeginAsync(HttpContext http, RunId run, ThreadObject? thread)
    {
        using var stream = await EventStream.StartAsync(http);
        if (thread is not null) await stream.SendAsync("thread.created", thread, AssistantsJson.Default.ThreadObject, flush: false);
        await WriteAsync(http, stream, new(run), new(PastActions: false, StepOperations.WantsContent(http), null, null));
    }

    /// <summary>A run that was given outputs, from what came after the timeline.</summary>
    public async Task ContinueAsync(HttpContext http, RunTimeline timeline)
    {
        var metadata = await records.MetadataAsync(Caller.Of(http).Scope, timeline.Run, http.RequestAborted);
        using var stream = await EventStream.StartAsync(http);
        await WriteAsync(http, stream, timeline, new(PastActions: false, StepOperations.WantsContent(http), metadata, null));
    }

    /// <summary>A run from its beginning, or from after the event that the header Last-Event-ID names, until it ends.</summary>
    public async Task ResumeAsync(HttpContext http)
    {
        var (thread, run) = (AssistantIds.OfThread(http), AssistantIds.OfRun(http));
        var scope = Caller.Of(http).Scope;
        var from = http.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } id
            ? StreamPosition.Parse(id) ?? throw ApiException.BadRequest($"Invalid 'Last-Event-ID': '{id}' is no event of this run.", "Last-Event-ID", "invalid_value")
            : StreamPosition.Beginning;
        if (await context.Store.GetRunAsync(scope, run, http.RequestAborted) is not { } entry || entry.Thread != thread) throw AssistantIds.NoRun($"{AssistantIds.Run}{run}");
        var timeline = new RunTimeline(run);
        await foreach (var @event in context.Store.Journal.ReadAsync(run, 0, http.RequestAborted))
        {
            if (timeline.State.Version > from.Seq) break;
            timeline.Add(@event);
        }

        if (timeline.State.Version <= from.Seq) throw ApiException.BadRequest($"Invalid 'Last-Event-ID': '{from}' is no event of this run.", "Last-Event-ID", "invalid_value");
        var metadata = await records.MetadataAsync(scope, run, http.RequestAborted);
        using var stream = await EventStream.StartAsync(http);
        await WriteAsync(http, stream, timeline, new(PastActions: true, StepOperations.WantsContent(http), metadata, from));
    }

    /// <summary>What comes after the timeline, to the end of the stream. The run does not notice when its reader goes.</summary>
    private async Task WriteAsync(HttpContext http, EventStream stream, RunTimeline timeline, StreamSettings settings)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, context.Stopping);
        try
        {
            if (!timeline.State.HasEnded) await WriteAsync(stream, timeline, new(stream, timeline, settings), stop.Token);
            await stream.SendTextAsync("done", "[DONE]");
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The reader has gone, or the server drains: the stream ends without its last event, so a reader that is there knows that it was cut.
        }
    }

    private async Task WriteAsync(EventStream stream, RunTimeline timeline, RunEventWriter writer, CancellationToken stop)
    {
        await using var updates = context.Runs.StreamAsync(timeline, timeline.State.Version, stop).GetAsyncEnumerator(stop);
        while (true)
        {
            var next = updates.MoveNextAsync().AsTask();
            while (!next.IsCompleted) await WaitAsync(stream, next);
            if (!await next || await writer.WriteAsync(updates.Current)) return;
        }
    }

    /// <summary>Waits for what is next, or sends a comment when it has not come for long. An iterator must not be disposed while it is waited for.</summary>
    private async Task WaitAsync(EventStream stream, Task next)
    {
        try
        {
            await next.WaitAsync(KeepAlive, context.Time);
        }
        catch (TimeoutException)
        {
            try
            {
                if (!next.IsCompleted) await stream.KeepAliveAsync();
            }
            catch (OperationCanceledException)
            {
                await next.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                throw;
            }
        }
    }
}
