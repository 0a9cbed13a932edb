using Cadre.Engine.Runs;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Chat.Turns;

/// <summary>GET …/{id}/approvals: what the conversation's owner is asked. POST …/{id}/approvals/{call_id}: the decision, and what the run comes to after it.</summary>
internal sealed class ChatApprovals(ServerContext context, TurnAnswers answers)
{
    private const int MaxComment = 2_000;
    private const int MaxHash = 200;

    public async Task ListAsync(HttpContext http)
    {
        var chat = await ChatCaller.OfAsync(context, http);
        var run = await chat.NewestAsync(context, http.RequestAborted);
        await Respond.ListAsync(http, run is null ? [] : ChatReply.Approvals(run), hasMore: false, ChatAnswer.WriteApproval);
    }

    public async Task DecideAsync(HttpContext http)
    {
        var body = await RequestBody.ReadAsync(http);
        body.RefuseOthers("decision", "hash", "comment", "stream");
        var approved = (body.Word("decision", "approve", "deny") ?? throw ApiException.Missing("decision")) == "approve";
        var hash = body.RequiredText("hash", MaxHash, 1);
        var comment = body.Text("comment", MaxComment);
        var stream = TurnRequest.Streams(http, body);
        var chat = await ChatCaller.OfAsync(context, http);
        var callId = (string)http.GetRouteValue("call_id")!;
        var run = await chat.NewestAsync(context, http.RequestAborted);
        if (run is null || ChatReply.Approvals(run).FirstOrDefault(call => call.Request.CallId == callId) is not { } asked)
            throw ApiException.NotFound($"No call with id '{callId}' waits for an approval in this conversation.", "call_id", "approval_not_found");
        if (asked.Asked!.Hash != hash) throw Changed();
        await using var reader = new TurnReader(context, run, run.State.Version + 1, http.RequestAborted);
        var decided = await context.Runs.Control.DecideAsync(run.Run, callId, hash, new(approved, chat.Caller.Author, comment), http.RequestAborted);
        if (decided != CommandResult.Done) throw Changed();
        await answers.AnswerAsync(http, new(chat.Id, run.Run, null), reader, stream);
    }

    private static ApiException Changed() => ApiException.Conflict("What is asked is not what was shown, or it has been decided: look again.", "approval_changed");
}
