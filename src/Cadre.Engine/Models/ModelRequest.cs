using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cadre.Engine.Models;

/// <summary>One request to a model. Lists are read during the call only.</summary>
public sealed record ModelRequest(string Model, string? Instructions, IReadOnlyList<Message> Messages)
{
    public ImmutableArray<ToolDefinition> Tools { get; init; } = [];
    public ToolChoice? ToolChoice { get; init; }
    public bool ParallelToolCalls { get; init; } = true;
    public OutputSchema? Output { get; init; }
    public int? MaxOutputTokens { get; init; }
    public double? Temperature { get; init; }
    public double? TopP { get; init; }
    public string? ReasoningEffort { get; init; }

    /// <summary>Groups requests that share a prefix, for the provider's prompt cache.</summary>
    public string? CacheKey { get; init; }

    /// <summary>Fields for the provider that Cadre has no name for; merged into the body as they are.</summary>
    public JsonElement? Extra { get; init; }
}

/// <param name="Tool">The tool that must be called, when <paramref name="Mode"/> is <see cref="ToolChoiceMode.Named"/>.</param>
public sealed record ToolChoice(ToolChoiceMode Mode, string? Tool = null);

[JsonConverter(typeof(JsonStringEnumConverter<ToolChoiceMode>))]
public enum ToolChoiceMode
{
    Auto,
    None,
    Required,
    Named,
}

/// <summary>A finished reply.</summary>
/// <param name="Cost">US dollars; null when the model has no price.</param>
public sealed record ModelReply(
    string Text,
    ImmutableArray<ToolRequest> Calls,
    StopReason Stop,
    Usage Usage,
    string Model,
    string? ResponseId = null,
    decimal? Cost = null,
    JsonElement? Raw = null);

[JsonConverter(typeof(JsonStringEnumConverter<StopReason>))]
public enum StopReason
{
    Finished,
    ToolCalls,
    Length,
    ContentFilter,

    /// <summary>The run was cancelled in the middle of it.</summary>
    Cancelled,
}

/// <summary>Tokens. <see cref="CachedInput"/> is part of <see cref="Input"/>, <see cref="Reasoning"/> of <see cref="Output"/>.</summary>
public readonly record struct Usage(long Input, long Output, long CachedInput = 0, long Reasoning = 0)
{
    [JsonIgnore]
    public long Total => Input + Output;

    public static Usage operator +(Usage a, Usage b) =>
        new(a.Input + b.Input, a.Output + b.Output, a.CachedInput + b.CachedInput, a.Reasoning + b.Reasoning);
}

/// <summary>
/// A piece of a model's answer. A stream ends with exactly one <see cref="Completed"/> or <see cref="Failed"/>; the completed reply is the fact,
/// everything before it is for showing.
/// </summary>
public abstract record ModelChunk
{
    private ModelChunk() { }

    public sealed record Text(string Delta) : ModelChunk;

    public sealed record Reasoning(string Delta) : ModelChunk;

    public sealed record CallStarted(string CallId, string Tool) : ModelChunk;

    public sealed record CallArguments(string CallId, string Delta) : ModelChunk;

    /// <summary>The attempt failed and will be repeated after <paramref name="Delay"/>; what was streamed before it is void.</summary>
    public sealed record Retrying(ModelFailure Failure, TimeSpan Delay, int Attempt) : ModelChunk;

    public sealed record Completed(ModelReply Reply) : ModelChunk;

    public sealed record Failed(ModelFailure Failure) : ModelChunk;
}

/// <param name="Message">For the operator; may quote the endpoint, never a secret.</param>
public sealed record ModelFailure(ModelFailureKind Kind, string Message, int? Status = null, TimeSpan? RetryAfter = null)
{
    /// <summary>Whether the same request may succeed later.</summary>
    [JsonIgnore]
    public bool IsTransient => Kind switch
    {
        ModelFailureKind.Unreachable or ModelFailureKind.TimedOut or ModelFailureKind.RateLimited or ModelFailureKind.Overloaded
            or ModelFailureKind.Cut or ModelFailureKind.Malformed => true,
        ModelFailureKind.QuotaExceeded or ModelFailureKind.Unauthorized or ModelFailureKind.UnknownModel or ModelFailureKind.Refused
            or ModelFailureKind.ContextTooLong or ModelFailureKind.ContentFiltered => false,
    };
}

[JsonConverter(typeof(JsonStringEnumConverter<ModelFailureKind>))]
public enum ModelFailureKind
{
    /// <summary>No connection: name, address, TLS.</summary>
    Unreachable,

    /// <summary>Connecting, the first byte or the next byte took too long.</summary>
    TimedOut,

    /// <summary>429.</summary>
    RateLimited,

    /// <summary>429 whose code says that the account has nothing left.</summary>
    QuotaExceeded,

    /// <summary>5xx.</summary>
    Overloaded,

    /// <summary>401 or 403.</summary>
    Unauthorized,

    /// <summary>404 for the model or the endpoint.</summary>
    UnknownModel,

    /// <summary>Any other 4xx: the request itself is wrong for this endpoint.</summary>
    Refused,

    ContextTooLong,

    ContentFiltered,

    /// <summary>The stream ended before its end.</summary>
    Cut,

    /// <summary>The endpoint sent what its protocol does not allow.</summary>
    Malformed,
}
