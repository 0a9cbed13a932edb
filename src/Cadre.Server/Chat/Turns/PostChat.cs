using Cadre.Server.Hosting;
using Cadre.Server.Identity;
using Cadre.Server.Runs;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Chat.Turns;

/// <summary>POST /api/v1/chat: a message, and the answer to it. What was started goes on when its caller leaves.</summary>
internal sealed class PostChat(ServerContext context, TurnStarter starter, TurnAnswers answers)
{
    public async Task HandleAsync(HttpContext http)
    {
        var caller = Caller.Of(http);
        var request = await TurnRequest.ReadAsync(http);
        var run = context.Ids.NewRun();
        await using var reader = new TurnReader(context, new RunTimeline(run), 1, http.RequestAborted, live: request.Stream);
        var turn = await starter.StartAsync(caller, request, run, http.RequestAborted);
        await answers.AnswerAsync(http, turn, reader, request.Stream);
    }
}
