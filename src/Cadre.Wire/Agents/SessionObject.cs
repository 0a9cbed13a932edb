using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cadre.Wire.Agents;

/// <summary>An agent at work on a thread.</summary>
public sealed record SessionObject
{
    public required string Id { get; init; }
    public string Object { get; init; } = "agent.session";
    public required SessionAgent Agent { get; init; }
    public required long CreatedAt { get; init; }
    public required long LastActiveAt { get; init; }
    public required SessionEnvironment Environment { get; init; }
    public string? Error { get; init; }
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }
    public required IReadOnlyList<RequiredCall> RequiredActions { get; init; }

    /// <summary>idle, in_progress, requires_action or failed.</summary>
    public required string Status { get; init; }

    public required TokenUsage? Usage { get; init; }
    public required IReadOnlyList<string> VaultIds { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Review { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SpendControl? SpendControl { get; init; }
}

/// <param name="Consumed">US cents; null when it is not known.</param>
/// <param name="Limit">US cents.</param>
public sealed record SpendControl(double? Consumed, double Limit);

/// <summary>A call of a function that the caller has to run.</summary>
public sealed record RequiredCall(string CallId, string TurnId, string Name, JsonElement Arguments)
{
    public string Type { get; init; } = "function_call";
}

/// <summary>Of type "none" every other member is absent.</summary>
public sealed record SessionEnvironment(string Type)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Id { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? CapabilityDirectories { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RemoteUrl { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? WorkspaceDirectory { get; init; }
}

public sealed record TurnObject
{
    public required string Id { get; init; }
    public string Object { get; init; } = "agent.session.turn";
    public required string AgentId { get; init; }
    public required string SessionId { get; init; }
    public string? SubagentId { get; init; }

    /// <summary>queued, in_progress, waiting, completed, failed or cancelled.</summary>
    public required string Status { get; init; }

    public required long CreatedAt { get; init; }
    public required long? StartedAt { get; init; }
    public required long? CompletedAt { get; init; }
    public required TurnError? Error { get; init; }
    public required TokenUsage? Usage { get; init; }
}

/// <param name="Code">One of OpenAI's closed list, such as "max_output_tokens" or "server_error".</param>
public sealed record TurnError(string Code, string Message);

public sealed record TokenUsage(long InputTokens, CachedTokens InputTokensDetails, long OutputTokens, ReasoningTokens OutputTokensDetails, long TotalTokens);

public sealed record CachedTokens([property: JsonPropertyName("cached_tokens")] long Count);

public sealed record ReasoningTokens([property: JsonPropertyName("reasoning_tokens")] long Count);
