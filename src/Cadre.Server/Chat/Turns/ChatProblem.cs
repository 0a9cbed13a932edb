using System.Globalization;
using System.Text.Json;
using Cadre.Engine.Models;
using Cadre.Server.Runs;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Chat.Turns;

/// <summary>What a run that failed is to its caller: status, code and a sentence for a person. What is kept of it is told along.</summary>
/// <param name="RetryAfter">When the same may succeed.</param>
internal sealed record ChatProblem(int Status, string Code, TimeSpan? RetryAfter = null)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Latest = TimeSpan.FromMinutes(5);

    /// <summary>Null when the run gave an answer, whole or not.</summary>
    public static ChatProblem? Of(RunTimeline run)
    {
        if (run.Phase == RunPhase.Paused) return new(StatusCodes.Status500InternalServerError, "internal_error");
        if (run.Outcome is not { Status: Engine.Runs.RunStatus.Failed } outcome) return null;
        return outcome.Failure switch
        {
            { Kind: ModelFailureKind.ContentFiltered } => new(StatusCodes.Status422UnprocessableEntity, "content_refused"),
            { Kind: ModelFailureKind.ContextTooLong } => new(StatusCodes.Status422UnprocessableEntity, "conversation_too_long"),
            { Kind: ModelFailureKind.RateLimited or ModelFailureKind.Overloaded } busy => new(StatusCodes.Status503ServiceUnavailable, "assistant_busy", Bounded(busy.RetryAfter)),
            { IsTransient: true } away => new(StatusCodes.Status503ServiceUnavailable, "assistant_unavailable", Bounded(away.RetryAfter)),
            _ => new(StatusCodes.Status502BadGateway, "assistant_failed"),
        };
    }

    public async Task AnswerAsync(HttpContext http, Turn turn, RunTimeline run, string requestId)
    {
        if (RetryAfter is { } delay) http.Response.Headers.RetryAfter = ((int)Math.Ceiling(delay.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        http.Response.StatusCode = Status;
        http.Response.ContentType = "application/problem+json";
        await using var json = new Utf8JsonWriter(http.Response.BodyWriter, Http.Respond.Plain);
        Write(json, turn, run, requestId);
    }

    public void Write(Utf8JsonWriter json, Turn turn, RunTimeline run, string requestId)
    {
        json.WriteStartObject();
        json.WriteNumber("status", Status);
        json.WriteString("title", ChatNotice.Of(run));
        json.WriteString("code", Code);
        if (RetryAfter is { } delay) json.WriteNumber("retry_after", (int)Math.Ceiling(delay.TotalSeconds));
        ChatAnswer.WriteMembers(json, turn, run, requestId);
        json.WriteEndObject();
    }

    private static TimeSpan Bounded(TimeSpan? asked) => asked is not { } delay || delay < Soon ? Soon : delay > Latest ? Latest : delay;
}
