using Cadre.Engine.Models;

namespace Cadre.Models.Http;

/// <summary>Which failure an endpoint means. Its code is believed first, then the status, then the type, then its words.</summary>
internal static class FailureKinds
{
    private static readonly string[] ContextWords =
        ["context length", "context window", "context size", "maximum context", "context_length", "prompt is too long", "input is too long", "exceeds the model's maximum"];

    private static readonly string[] MissingPathWords = ["unexpected endpoint", "unknown endpoint", "unknown request url", "unrecognized request url", "invalid url"];

    public static ModelFailureKind Of(int? status, ErrorBody error)
    {
        if (OfCode(error.Code) is { } byCode) return byCode;
        if (status is 401 or 403) return ModelFailureKind.Unauthorized;
        if (Says(error.Message, ContextWords) && status is null or (>= 400 and not 429)) return ModelFailureKind.ContextTooLong;
        if (status is { } number and >= 300 && OfStatus(number) is { } byStatus) return byStatus;
        if (OfCode(error.Type) is { } byType) return byType;
        if (int.TryParse(error.Code, out var code) && OfStatus(code) is { } byNumber) return byNumber;
        if (SaysThatThePathIsMissing(error.Message)) return ModelFailureKind.UnknownModel;
        return status is null or >= 500 ? ModelFailureKind.Overloaded : ModelFailureKind.Refused;
    }

    /// <summary>LM Studio says so with status 200, others with 400.</summary>
    public static bool SaysThatThePathIsMissing(string message) => Says(message, MissingPathWords);

    private static bool Says(string message, string[] words) => words.Any(each => message.Contains(each, StringComparison.OrdinalIgnoreCase));

    private static ModelFailureKind? OfStatus(int status) => status switch
    {
        401 or 403 => ModelFailureKind.Unauthorized,
        402 => ModelFailureKind.QuotaExceeded,
        404 or 405 or 501 => ModelFailureKind.UnknownModel,
        408 or 504 => ModelFailureKind.TimedOut,
        425 or 429 => ModelFailureKind.RateLimited,
        >= 500 => ModelFailureKind.Overloaded,
        >= 300 and < 500 => ModelFailureKind.Refused,
        _ => null,
    };

    private static ModelFailureKind? OfCode(string? code) => code?.ToLowerInvariant() switch
    {
        "context_length_exceeded" or "context_window_exceeded" or "exceed_context_size_error" or "model_max_prompt_tokens_exceeded" => ModelFailureKind.ContextTooLong,
        "insufficient_quota" or "quota_exceeded" or "billing_hard_limit_reached" or "billing_not_active" or "insufficient_balance" => ModelFailureKind.QuotaExceeded,
        "model_not_found" or "deploymentnotfound" or "unknown_model" or "model_not_available" or "notfounderror" => ModelFailureKind.UnknownModel,
        "invalid_api_key" or "authentication_error" or "permission_denied" or "permission_error" or "account_deactivated" or "unauthorized" => ModelFailureKind.Unauthorized,
        "content_filter" or "content_policy_violation" or "responsibleaipolicyviolation" or "image_content_policy_violation" or "bio_policy" or "moderation_blocked" => ModelFailureKind.ContentFiltered,
        "rate_limit_exceeded" or "rate_limit_error" or "too_many_requests" or "tokens" or "requests" => ModelFailureKind.RateLimited,
        "server_error" or "overloaded" or "overloaded_error" or "engine_overloaded" or "server_overloaded" or "service_unavailable" or "internal_error"
            or "internal_server_error" or "unavailable_error" => ModelFailureKind.Overloaded,
        "invalid_request_error" or "invalid_prompt" or "badrequesterror" => ModelFailureKind.Refused,
        _ => null,
    };
}
