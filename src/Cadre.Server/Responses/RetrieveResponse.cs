using Cadre.Engine.Runs;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Server.Responses.Items;
using Cadre.Server.Responses.Streaming;
using Cadre.Server.Runs;
using Cadre.Storage.Documents;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Responses;

/// <summary>Stored responses: GET, DELETE, cancel.</summary>
internal sealed class RetrieveResponse(ServerContext context, ResponseStreams streams)
{
    /// <summary>Asks pollers of a response in the background to come back after this time.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a run that is deleted may take to end.</summary>
    private static readonly TimeSpan EndWithin = TimeSpan.FromSeconds(20);

    public async Task GetAsync(HttpContext http)
    {
        var (response, timeline) = await LoadAsync(http);
        if (http.Request.Query["stream"] == "true")
        {
            await StreamAsync(http, response, timeline);
            return;
        }

        var include = http.Request.Query["include"].Concat(http.Request.Query["include[]"]).Aggregate(response.Include, (all, word) => all | ResponseRequest.IncludeOf(word));
        if (!timeline.State.HasEnded) Respond.PollAfter(http, Poll);
        await WriteAsync(http, response with { Include = include }, timeline, null);
    }

    public async Task CancelAsync(HttpContext http)
    {
        var (response, timeline) = await LoadAsync(http);
        if (!response.Background) throw ApiException.BadRequest("Cannot cancel a synchronous response.");
        if (!timeline.State.HasEnded)
        {
            await context.Runs.Control.CancelAsync(response.Run, Caller.Of(http).Author, "The caller cancelled the response.", http.RequestAborted);
            timeline = await EndAsync(response.Run, http);
        }

        await WriteAsync(http, response, timeline, null);
    }

    public async Task DeleteAsync(HttpContext http)
    {
        var (response, timeline) = await LoadAsync(http);
        var caller = Caller.Of(http);
        if (!timeline.State.HasEnded)
        {
            await context.Runs.Control.CancelAsync(response.Run, caller.Author, "The caller deleted the response.", http.RequestAborted);
            await EndAsync(response.Run, http);
        }

        await context.Store.CommitAsync([new Change.Delete(caller.Scope, StoredResponse.Kind, response.Run.ToString()), new Change.Forget(response.Run)], http.RequestAborted);
        await Respond.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteString("id"u8, response.Id);
            json.WriteString("object"u8, "response"u8);
            json.WriteBoolean("deleted"u8, true);
            json.WriteEndObject();
        });
    }

    public async ValueTask<(StoredResponse Response, RunTimeline Timeline)> LoadAsync(HttpContext http)
    {
        var id = http.GetRouteValue("response_id") as string;
        var scope = Caller.Of(http).Scope;
        if (Ids.RunAfter(ItemIds.Response, id) is { } run && await context.Store.GetAsync(scope, StoredResponse.Kind, run.ToString(), http.RequestAborted) is { } document
            && await context.Runs.LoadAsync(scope, run, http.RequestAborted) is { } timeline) return (StoredResponse.Read(document), timeline);
        throw ResponseErrors.NoResponse(id);
    }

    public static Task WriteAsync(HttpContext http, StoredResponse response, RunTimeline timeline, string? status) =>
        Respond.WriteAsync(http, json => ResponseWriter.Write(json, response, timeline, status));

    private async Task StreamAsync(HttpContext http, StoredResponse response, RunTimeline timeline)
    {
        var after = -1;
        if (http.Request.Query["starting_after"].ToString() is { Length: > 0 } text && !int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out after))
            throw ApiException.WrongType("starting_after", "an integer", "a string");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, context.Stopping);
        await using var reader = await streams.ReadAsync(response, timeline.Definition.Owner, timeline.State.HasEnded, stop.Token);
        using var stream = await EventStream.StartAsync(http);
        try
        {
            await reader.SendAsync(new SseSender(stream), after);
        }
        catch (OperationCanceledException) when (context.Stopping.IsCancellationRequested)
        {
            http.Abort();
        }
    }

    /// <summary>The run once it has ended, or as it is after <see cref="EndWithin"/>.</summary>
    private async Task<RunTimeline> EndAsync(RunId run, HttpContext http)
    {
        var timeline = new RunTimeline(run);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, context.Stopping);
        limit.CancelAfter(EndWithin);
        await using var updates = new RunSubscription(context.Runs, timeline, "", limit.Token);
        try
        {
            while (!timeline.State.HasEnded && await updates.MoveNextAsync())
            {
            }
        }
        catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
        {
            // It is still ending: the answer says so.
        }

        return timeline;
    }
}
