using Cadre.Engine.Models;
using Cadre.Engine.Runs;
using Cadre.Server.Runs;
using Cadre.Wire.Agents;

namespace Cadre.Server.Agents.Sessions;

/// <summary>A run as a turn. Pure.</summary>
internal static class TurnView
{
    public const string Queued = "queued";
    public const string InProgress = "in_progress";
    public const string Waiting = "waiting";
    public const string Completed = "completed";
    public const string Failed = "failed";
    public const string Cancelled = "cancelled";

    /// <param name="status">Null: as it is now.</param>
    public static TurnObject Show(string session, RunTimeline run, string? status = null) => new()
    {
        Id = AgentPrefix.Turn + run.Run,
        AgentId = AgentPrefix.Agent + run.Definition.Agent.Name,
        SessionId = AgentPrefix.Session + session,
        Status = status ?? Status(run),
        CreatedAt = AgentCall.Seconds(run.CreatedAt),
        StartedAt = status == Queued ? null : AgentCall.Seconds(run.CreatedAt),
        CompletedAt = AgentCall.Seconds(run.EndedAt),
        Error = run.Outcome is { } outcome ? Error(outcome) : null,
        Usage = run.Outcome is null ? null : SessionSpending.Show(run.State.Spent.Tokens),
    };

    /// <summary>Input that has not become a run yet.</summary>
    public static TurnObject ShowQueued(string session, string agent, string turn, DateTimeOffset at) => new()
    {
        Id = AgentPrefix.Turn + turn,
        AgentId = AgentPrefix.Agent + agent,
        SessionId = AgentPrefix.Session + session,
        Status = Queued,
        CreatedAt = AgentCall.Seconds(at),
        StartedAt = null,
        CompletedAt = null,
        Error = null,
        Usage = null,
    };

    public static string Status(RunTimeline run) => run.Phase switch
    {
        RunPhase.AwaitingCaller or RunPhase.AwaitingApproval => Waiting,
        RunPhase.Ended => run.Outcome!.Status switch
        {
            RunStatus.Completed => Completed,
            RunStatus.Cancelled => Cancelled,
            RunStatus.Failed or RunStatus.Incomplete or RunStatus.Expired => Failed,
            _ => throw new System.Diagnostics.UnreachableException(),
        },
        _ => InProgress,
    };

    public static TurnError? Error(RunOutcome outcome) => outcome.Status switch
    {
        RunStatus.Completed or RunStatus.Cancelled => null,
        RunStatus.Expired => new("request_timeout", outcome.Reason ?? "The turn waited too long."),
        RunStatus.Incomplete => new(outcome.Limit switch
        {
            OutcomeLimit.OutputTokens => "max_output_tokens",
            OutcomeLimit.Money or OutcomeLimit.Tokens or OutcomeLimit.InputTokens or OutcomeLimit.Wall or OutcomeLimit.Calls => "session_budget_exceeded",
            OutcomeLimit.Turns => "usage_limit_exceeded",
            OutcomeLimit.ContentFilter => "misalignment_policy_violation",
            _ => "internal_error",
        }, outcome.Reason ?? "The turn was cut off."),
        _ => new(outcome.Failure?.Kind switch
        {
            ModelFailureKind.Unreachable or ModelFailureKind.Cut => "connection_failed",
            ModelFailureKind.TimedOut => "request_timeout",
            ModelFailureKind.RateLimited => "rate_limit_exceeded",
            ModelFailureKind.QuotaExceeded => "credit_balance_exhausted",
            ModelFailureKind.Overloaded => "server_overloaded",
            ModelFailureKind.Unauthorized => "authentication_error",
            ModelFailureKind.UnknownModel => "resource_not_found",
            ModelFailureKind.Refused => "invalid_request",
            ModelFailureKind.ContextTooLong => "context_length_exceeded",
            ModelFailureKind.ContentFiltered => "misalignment_policy_violation",
            ModelFailureKind.Malformed => "server_error",
            _ => "server_error",
        }, outcome.Reason ?? outcome.Failure?.Message ?? "The turn failed."),
    };
}
