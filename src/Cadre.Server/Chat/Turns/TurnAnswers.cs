using Cadre.Engine.Runs;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Runs;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Cadre.Server.Chat.Turns;

/// <summary>Answers a request by what a run comes to: at once whole, or as a stream.</summary>
internal sealed partial class TurnAnswers(ServerContext context)
{
    private readonly ILogger<TurnAnswers> _logger = context.Parts.Log.CreateLogger<TurnAnswers>();

    public async Task AnswerAsync(HttpContext http, Turn turn, TurnReader reader, bool stream)
    {
        var requestId = RequestId(http);
        if (stream)
        {
            await StreamAsync(http, turn, reader, new(turn.Run, 0));
            return;
        }

        try
        {
            await reader.WaitAsync();
        }
        catch (OperationCanceledException) when (context.Stopping.IsCancellationRequested && !http.RequestAborted.IsCancellationRequested)
        {
            throw new ApiException(StatusCodes.Status503ServiceUnavailable, "The server is being restarted. Your message is kept and will be answered: look into the conversation in a moment.")
            {
                Code = "restarting",
                RetryAfter = TimeSpan.FromSeconds(2),
            };
        }

        if (Problem(turn, reader.Run, requestId) is { } problem) await problem.AnswerAsync(http, turn, reader.Run, requestId);
        else await Respond.WriteAsync(http, json => ChatAnswer.Write(json, turn, reader.Run, requestId));
    }

    /// <param name="from">What the caller has already.</param>
    public async Task StreamAsync(HttpContext http, Turn turn, TurnReader reader, StreamPosition from)
    {
        var requestId = RequestId(http);
        using var sending = await EventStream.StartAsync(http);
        var narrator = new TurnNarrator(turn, reader, requestId, from);
        try
        {
            await new TurnStream(reader, narrator, context.Time).SendAsync(sending, http.RequestAborted);
            Problem(turn, reader.Run, requestId);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested || context.Stopping.IsCancellationRequested)
        {
            // The run goes on; a reader that comes back says how far it had come.
        }
    }

    private static string RequestId(HttpContext http) => http.Response.Headers["x-request-id"].ToString();

    private ChatProblem? Problem(Turn turn, RunTimeline run, string requestId)
    {
        var problem = ChatProblem.Of(run);
        if (problem is not null) TurnFailed(requestId, turn.Run, problem.Code, run.Outcome?.Reason ?? run.State.Paused?.Reason);
        return problem;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Request {RequestId}: the chat's run {Run} came to {Code}. {Reason}")]
    private partial void TurnFailed(string requestId, RunId run, string code, string? reason);
}
