using System.Text.Json;

namespace Cadre.Wire.Assistants;

/// <summary>The <c>thread.run</c> object.</summary>
public sealed record RunObject
{
    public required string Id { get; init; }
    public string Object { get; } = "thread.run";
    public required long CreatedAt { get; init; }
    public required string AssistantId { get; init; }
    public required string ThreadId { get; init; }

    /// <summary>One of queued, in_progress, requires_action, cancelling, cancelled, failed, completed, incomplete, expired.</summary>
    public required string Status { get; init; }

    public RequiredAction? RequiredAction { get; init; }
    public RunError? LastError { get; init; }
    public long? ExpiresAt { get; init; }
    public long? StartedAt { get; init; }
    public long? CancelledAt { get; init; }
    public long? FailedAt { get; init; }
    public long? CompletedAt { get; init; }
    public Reason? IncompleteDetails { get; init; }
    public required string Model { get; init; }
    public required string Instructions { get; init; }
    public required JsonElement Tools { get; init; }
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>Null until the run has ended.</summary>
    public TokenUsage? Usage { get; init; }

    public double? Temperature { get; init; }
    public double? TopP { get; init; }
    public long? MaxPromptTokens { get; init; }
    public long? MaxCompletionTokens { get; init; }
    public required JsonElement TruncationStrategy { get; init; }
    public required JsonElement ToolChoice { get; init; }
    public required bool ParallelToolCalls { get; init; }
    public required JsonElement ResponseFormat { get; init; }
    public string? ReasoningEffort { get; init; }
}

public sealed record RequiredAction(SubmitToolOutputs SubmitToolOutputs)
{
    public string Type { get; } = "submit_tool_outputs";
}

public sealed record SubmitToolOutputs(IReadOnlyList<RequiredCall> ToolCalls);

public sealed record RequiredCall(string Id, RequiredFunction Function)
{
    public string Type { get; } = "function";
}

/// <param name="Arguments">JSON text as the model wrote it.</param>
public sealed record RequiredFunction(string Name, string Arguments);

/// <param name="Code">"server_error", "rate_limit_exceeded" or "invalid_prompt".</param>
public sealed record RunError(string Code, string Message);

public sealed record TokenUsage(long PromptTokens, long CompletionTokens, long TotalTokens, PromptTokenDetails PromptTokenDetails);

public sealed record PromptTokenDetails(long CachedTokens);
