namespace Cadre.Wire.Agents;

/// <summary>A run of an agent: Cadre's own addition to the Agents API. The same run is "turn_…" in a session, "run_…" and "resp_…".</summary>
public sealed record AgentRunObject
{
    public required string Id { get; init; }
    public string Object { get; init; } = "agent.run";
    public required string AgentId { get; init; }
    public required string UserId { get; init; }
    public required string? ThreadId { get; init; }

    /// <summary>Null when the thread is no session's.</summary>
    public required string? SessionId { get; init; }

    public required string ResponseId { get; init; }

    /// <summary>in_progress, requires_action, cancelling, completed, failed, cancelled, expired or incomplete.</summary>
    public required string Status { get; init; }

    public required long CreatedAt { get; init; }
    public required long? CompletedAt { get; init; }

    /// <summary>The final answer, or what there is of it; null while there is none.</summary>
    public required string? Output { get; init; }

    public required IReadOnlyList<RequiredCall> RequiredActions { get; init; }
    public required TurnError? Error { get; init; }
    public required TokenUsage Usage { get; init; }
}
