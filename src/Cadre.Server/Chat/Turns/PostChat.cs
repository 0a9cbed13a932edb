using Cadre.Engine.Runs;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Server.Responses.Streaming;
using Cadre.Server.Runs;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Cadre.Server.Chat.Turns;

/// <summary>POST /api/v1/chat: a message, and the answer to it. What was started goes on when its caller leaves.</summary>
internal sealed partial class PostChat(ServerContext context, TurnStarter starter)
{
    private readonly ILogger<PostChat> _logger = context.Parts.Log.CreateLogger<PostChat>();

    public async Task HandleAsync(HttpContext http)
    {
        var caller = Caller.Of(http);
        var request = await TurnRequest.ReadAsync(http);
        using var left = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, context.Stopping);
        var subscription = (RunSubscription?)null;
        var timeline = (RunTimeline?)null;
        try
        {
            var turn = await starter.StartAsync(caller, request, run => subscription = new(context.Runs, timeline = run, "", left.Token), http.RequestAborted);
            while (!ChatReply.IsSettled(timeline!) && await subscription!.MoveNextAsync())
            {
            }

            await AnswerAsync(http, turn, timeline!);
        }
        finally
        {
            if (subscription is not null) await subscription.DisposeAsync();
        }
    }

    private async Task AnswerAsync(HttpContext http, Turn turn, RunTimeline run)
    {
        var requestId = http.Response.Headers["x-request-id"].ToString();
        if (ChatProblem.Of(run) is not { } problem)
        {
            await Respond.WriteAsync(http, json => ChatAnswer.Write(json, turn, run, requestId));
            return;
        }

        TurnFailed(requestId, turn.Run, run.Outcome?.Reason ?? run.State.Paused?.Reason);
        await problem.AnswerAsync(http, turn, run, requestId);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Request {RequestId}: the chat's run {Run} failed. {Reason}")]
    private partial void TurnFailed(string requestId, RunId run, string? reason);
}
