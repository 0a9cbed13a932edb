using Cadre.Engine.Runs;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Runs;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Chat.Turns;

/// <summary>What may be done about a conversation's newest answer: POST …/{id}/cancel, POST …/{id}/resume, GET …/{id}/stream.</summary>
internal sealed class TurnCommands(ServerContext context, TurnStarter starter, TurnAnswers answers)
{
    /// <summary>Where a reader comes from, by the rules of server-sent events.</summary>
    private const string LastEventId = "Last-Event-ID";

    /// <summary>Stops the answer that is being written, and gives what there is of it; one that has ended is given as it is.</summary>
    public async Task CancelAsync(HttpContext http)
    {
        (await RequestBody.ReadAsync(http)).RefuseOthers();
        var chat = await ChatCaller.OfAsync(context, http);
        var run = await chat.NewestAsync(context, http.RequestAborted) ?? throw Nothing();
        if (!run.State.HasEnded) await OpenTurn.CancelAsync(context, run, chat.Caller.Author, "Stopped by the user.", http.RequestAborted);
        await using var reader = new TurnReader(context, run, 0, http.RequestAborted);
        await answers.AnswerAsync(http, new(chat.Id, run.Run, null), reader, stream: false);
    }

    /// <summary>Lets an answer go on that was paused, cut off, cancelled or has failed.</summary>
    public async Task ResumeAsync(HttpContext http)
    {
        var body = await RequestBody.ReadAsync(http);
        body.RefuseOthers("stream");
        var stream = TurnRequest.Streams(http, body);
        var chat = await ChatCaller.OfAsync(context, http);
        var newest = await chat.NewestAsync(context, http.RequestAborted) ?? throw Nothing();
        if (newest.Phase == RunPhase.Ended)
        {
            if (newest.Outcome!.Status == RunStatus.Completed) throw Nothing();
            var run = context.Ids.NewRun();
            await using var next = new TurnReader(context, new(run), 1, http.RequestAborted);
            await answers.AnswerAsync(http, await starter.GoOnAsync(chat.Caller, chat.Id, run, http.RequestAborted), next, stream);
            return;
        }

        // Of a run that is under way there is nothing to resume: its answer is waited for.
        var from = newest.State.Version + (newest.Phase == RunPhase.Paused ? 1 : 0);
        await using var reader = new TurnReader(context, newest, from, http.RequestAborted);
        if (newest.Phase == RunPhase.Paused) await context.Runs.Control.ResumeAsync(newest.Run, chat.Caller.Author, http.RequestAborted);
        await answers.AnswerAsync(http, new(chat.Id, newest.Run, null), reader, stream);
    }

    /// <summary>The events of a run, from its beginning or after the event whose id the reader names.</summary>
    public async Task StreamAsync(HttpContext http)
    {
        var chat = await ChatCaller.OfAsync(context, http);
        var position = await PositionAsync(http, chat);
        var known = (await context.Runs.LoadAsync(chat.Caller.Own, position.Run, http.RequestAborted))!.State.Version;
        if (position.Facts > known) throw ApiException.BadRequest($"The {LastEventId} lies behind the stream's end.", LastEventId, "invalid_value");
        var run = new RunTimeline(position.Run);
        await foreach (var @event in context.Store.Journal.ReadAsync(position.Run, 0, http.RequestAborted))
        {
            if (run.State.Version == position.Facts) break;
            run.Add(@event);
        }

        if (run.State.HasEnded)
        {
            // The reader has all there is; this tells an EventSource not to come again.
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        await using var reader = new TurnReader(context, run, known, http.RequestAborted);
        await answers.StreamAsync(http, new(chat.Id, run.Run, null), reader, position);
    }

    private async ValueTask<StreamPosition> PositionAsync(HttpContext http, ChatCaller chat)
    {
        var asked = http.Request.Query["run"].ToString();
        RunId? named = asked.Length == 0 ? null : Ids.RunAfter(ChatIds.Run, asked) ?? throw NoRun(asked);
        if (http.Request.Headers[LastEventId].ToString() is { Length: > 0 } last)
        {
            if (!StreamPosition.TryParse(last, out var position)) throw ApiException.BadRequest($"The {LastEventId} is no id of this stream's events.", LastEventId, "invalid_value");
            if (named is { } run && run != position.Run) throw ApiException.BadRequest($"The {LastEventId} belongs to another run.", LastEventId, "invalid_value");
            return await chat.HasAsync(context, position.Run, http.RequestAborted) ? position : throw NoRun(ChatIds.OfRun(position.Run));
        }

        if (named is { } known) return await chat.HasAsync(context, known, http.RequestAborted) ? new(known, 0) : throw NoRun(asked);
        return await chat.NewestAsync(context, http.RequestAborted) is { } newest ? new(newest.Run, 0) : throw Nothing();
    }

    private static ApiException NoRun(string run) => ApiException.NotFound($"No run found with id '{run}'.", "run", "run_not_found");

    private static ApiException Nothing() => ApiException.Conflict("The last answer is whole: there is nothing to resume.", "nothing_to_resume");
}
