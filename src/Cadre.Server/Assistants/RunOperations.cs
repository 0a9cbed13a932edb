using Cadre.Engine.Runs;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Server.Runs;
using Cadre.Storage.Documents;
using Cadre.Wire.Assistants;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Assistants;

/// <summary>/v1/threads/runs and /v1/threads/{thread}/runs</summary>
internal sealed class RunOperations(ServerContext context, RunStarter starter, RunRecords records, RunStreaming streaming, ThreadOperations threads)
{
    /// <summary>What pollers are asked to wait; they wait 5 seconds when they are not.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    public async Task CreateAsync(HttpContext http)
    {
        var thread = AssistantIds.OfThread(http);
        var body = await RequestBody.ReadAsync(http);
        var streams = body.Flag("stream") ?? false;
        await ToolForm.CheckAsync(context, http, body);
        var timeline = await starter.StartAsync(Caller.Of(http), thread, body, http.RequestAborted);
        if (streams) await streaming.BeginAsync(http, timeline.Run, null);
        else await RespondAsync(http, RunRendering.Render(timeline, null, RunRendering.Queued));
    }

    public async Task CreateWithThreadAsync(HttpContext http)
    {
        var body = await RequestBody.ReadAsync(http);
        var streams = body.Flag("stream") ?? false;
        await ToolForm.CheckAsync(context, http, body);
        var (thread, timeline) = await starter.StartAsync(Caller.Of(http), body, http.RequestAborted);
        if (streams) await streaming.BeginAsync(http, timeline.Run, ThreadForm.Render(thread));
        else await RespondAsync(http, RunRendering.Render(timeline, null, RunRendering.Queued));
    }

    public async Task GetAsync(HttpContext http) => await RespondAsync(http, AssistantIds.OfThread(http), AssistantIds.OfRun(http));

    public async Task ListAsync(HttpContext http)
    {
        var thread = AssistantIds.OfThread(http);
        var scope = Caller.Of(http).Scope;
        var page = ListQuery.Read(http);
        await threads.FindAsync(scope, thread, http.RequestAborted);
        var query = new RunQuery { Thread = thread, After = Cursor(page.After), Before = Cursor(page.Before), Limit = page.Limit + 1, Descending = page.Descending };
        var entries = (await context.Store.ListRunsAsync(scope, query, http.RequestAborted)).ToList();
        var hasMore = entries.Count > page.Limit;
        if (hasMore) entries.RemoveAt(page.Before is not null && page.After is null ? 0 : entries.Count - 1);
        var runs = new List<RunObject>(entries.Count);
        foreach (var entry in entries)
        {
            if (await context.Runs.LoadAsync(scope, entry.Run, http.RequestAborted) is { } timeline)
                runs.Add(RunRendering.Render(timeline, await records.MetadataAsync(scope, entry.Run, http.RequestAborted)));
        }

        await Respond.JsonAsync(http, Listing.Page(runs, run => run.Id, hasMore), AssistantsJson.Default.RunList);
    }

    public async Task ModifyAsync(HttpContext http)
    {
        var (thread, run) = (AssistantIds.OfThread(http), AssistantIds.OfRun(http));
        var body = await RequestBody.ReadAsync(http);
        var timeline = await records.FindAsync(Caller.Of(http).Scope, thread, run, http.RequestAborted);
        if (body.Has("metadata")) await records.SetMetadataAsync(timeline, body.Metadata() ?? JsonValues.NoMetadata, http.RequestAborted);
        await RespondAsync(http, thread, run);
    }

    public async Task CancelAsync(HttpContext http)
    {
        var (thread, run) = (AssistantIds.OfThread(http), AssistantIds.OfRun(http));
        var caller = Caller.Of(http);
        var timeline = await records.FindAsync(caller.Scope, thread, run, http.RequestAborted);
        if (timeline.Phase is RunPhase.Ended or RunPhase.Cancelling) throw CannotCancel(timeline);
        switch (await context.Runs.Control.CancelAsync(run, caller.Author, "Cancelled by a request.", http.RequestAborted))
        {
            case CommandResult.HasEnded:
                throw CannotCancel(await records.FindAsync(caller.Scope, thread, run, http.RequestAborted));
            case CommandResult.Busy:
                throw ApiException.Conflict("The run changes all the time; try again.");
        }

        await RespondAsync(http, thread, run);
    }

    private static ApiException CannotCancel(RunTimeline timeline) => ApiException.BadRequest($"Cannot cancel run with status '{RunRendering.StatusOf(timeline)}'.");

    private static RunId? Cursor(string? id)
    {
        if (id is null) return null;
        return RunId.TryParse(AssistantIds.Bare(AssistantIds.Run, id, "after", AssistantIds.NoRun), null, out var run) ? run : throw AssistantIds.NoRun(id);
    }

    private async ValueTask RespondAsync(HttpContext http, string thread, RunId run)
    {
        var scope = Caller.Of(http).Scope;
        var timeline = await records.FindAsync(scope, thread, run, http.RequestAborted);
        await RespondAsync(http, RunRendering.Render(timeline, await records.MetadataAsync(scope, run, http.RequestAborted)));
    }

    public static Task RespondAsync(HttpContext http, RunObject run)
    {
        Respond.PollAfter(http, Poll);
        return Respond.JsonAsync(http, run, AssistantsJson.Default.RunObject);
    }
}
