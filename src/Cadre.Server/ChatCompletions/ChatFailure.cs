using Cadre.Engine.Models;
using Cadre.Engine.Runs;
using Cadre.Server.Http;

namespace Cadre.Server.ChatCompletions;

/// <summary>A run that gave no answer, as OpenAI's endpoint would refuse.</summary>
internal static class ChatFailure
{
    public static ApiException Of(RunOutcome outcome)
    {
        var message = outcome.Failure?.Message ?? outcome.Reason ?? "The run ended without an answer.";
        return outcome.Failure?.Kind switch
        {
            ModelFailureKind.RateLimited => new(429, message) { Type = "requests", Code = "rate_limit_exceeded", RetryAfter = outcome.Failure.RetryAfter },
            ModelFailureKind.QuotaExceeded => new(429, message) { Type = "insufficient_quota", Code = "insufficient_quota" },
            ModelFailureKind.UnknownModel => ApiException.NotFound(message, null, "model_not_found"),
            ModelFailureKind.ContextTooLong => ApiException.BadRequest(message, "messages", "context_length_exceeded"),
            ModelFailureKind.ContentFiltered => ApiException.BadRequest(message, "messages", "content_filter"),
            ModelFailureKind.Refused => ApiException.BadRequest(message),
            null => new(500, message) { Type = "server_error" },
            _ => new(502, message) { Type = "server_error", Code = "upstream_unreachable" },
        };
    }
}
