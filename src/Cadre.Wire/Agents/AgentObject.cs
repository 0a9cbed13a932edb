using System.Text.Json;

namespace Cadre.Wire.Agents;

/// <summary>A reusable agent.</summary>
public sealed record AgentObject
{
    public required string Id { get; init; }
    public string Object { get; init; } = "agent";
    public required long CreatedAt { get; init; }
    public required long UpdatedAt { get; init; }
    public required string? Name { get; init; }
    public required string? Instructions { get; init; }
    public required string Model { get; init; }
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }
    public required AgentMulti MultiAgent { get; init; }
    public required AgentReasoning Reasoning { get; init; }
    public required string ServiceTier { get; init; }
    public required AgentText Text { get; init; }
    public required IReadOnlyList<JsonElement> Tools { get; init; }
    public required AgentCompaction Compaction { get; init; }
    public required AgentExperimental Experimental { get; init; }
}

/// <summary>The agent that works in a session, as it was resolved when the session was made.</summary>
public sealed record SessionAgent
{
    public required string Id { get; init; }
    public required string? Name { get; init; }
    public required string? Instructions { get; init; }
    public required string Model { get; init; }
    public required AgentMulti MultiAgent { get; init; }
    public required AgentReasoning Reasoning { get; init; }
    public required string ServiceTier { get; init; }
    public required AgentText Text { get; init; }
    public required IReadOnlyList<JsonElement> Tools { get; init; }
    public required AgentCompaction Compaction { get; init; }
    public required AgentExperimental Experimental { get; init; }
}

public sealed record AgentMulti(bool Enabled, int? MaxConcurrentSubagents);

public sealed record AgentReasoning(string? Effort, string? Summary);

public sealed record AgentText(JsonElement Format, string Verbosity);

public sealed record AgentCompaction(bool Async);

public sealed record AgentExperimental(bool TimeAwareness);

/// <summary>The answer to each deletion.</summary>
public sealed record DeletedObject(string Id, string Object, bool Deleted = true);

/// <summary>A page of a listing.</summary>
public sealed record AgentsPage<T>(IReadOnlyList<T> Data, string? FirstId, string? LastId, bool HasMore)
{
    public string Object { get; init; } = "list";
}
