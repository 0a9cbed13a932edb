using System.Text.Json.Serialization;

namespace Cadre.Wire.Assistants;

/// <summary>The <c>thread.run.step</c> object.</summary>
public sealed record RunStepObject
{
    public required string Id { get; init; }
    public string Object { get; } = "thread.run.step";
    public required long CreatedAt { get; init; }
    public required string RunId { get; init; }
    public required string AssistantId { get; init; }
    public required string ThreadId { get; init; }

    /// <summary>"message_creation" or "tool_calls".</summary>
    public required string Type { get; init; }

    /// <summary>"in_progress", "cancelled", "failed", "completed" or "expired".</summary>
    public required string Status { get; init; }

    public long? CancelledAt { get; init; }
    public long? CompletedAt { get; init; }
    public long? ExpiredAt { get; init; }
    public long? FailedAt { get; init; }
    public RunError? LastError { get; init; }
    public required StepDetails StepDetails { get; init; }
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>Null while it is in progress.</summary>
    public TokenUsage? Usage { get; init; }
}

[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(OfMessage), "message_creation")]
[JsonDerivedType(typeof(OfCalls), "tool_calls")]
public abstract record StepDetails
{
    private StepDetails() { }

    public sealed record OfMessage(MessageReference MessageCreation) : StepDetails;

    public sealed record OfCalls(IReadOnlyList<StepCall> ToolCalls) : StepDetails;
}

public sealed record MessageReference(string MessageId);

[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(OfFunction), "function")]
[JsonDerivedType(typeof(OfCode), "code_interpreter")]
[JsonDerivedType(typeof(OfSearch), "file_search")]
public abstract record StepCall
{
    private StepCall() { }

    /// <summary>Position in the step: only in deltas.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Index { get; init; }

    /// <summary>Null only in deltas after the call's first: clients add texts up.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Id { get; init; }

    public sealed record OfFunction(StepFunction Function) : StepCall;

    public sealed record OfCode(StepCode CodeInterpreter) : StepCall;

    public sealed record OfSearch(StepSearch FileSearch) : StepCall;
}

/// <param name="Name">Null only in deltas after the call's first.</param>
/// <param name="Output">Null until it was submitted.</param>
public sealed record StepFunction(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Name,
    string Arguments,
    string? Output);

/// <param name="Input">Null only in deltas that bring outputs.</param>
public sealed record StepCode(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Input,
    IReadOnlyList<CodeOutput> Outputs);

[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(OfLogs), "logs")]
[JsonDerivedType(typeof(OfImage), "image")]
public abstract record CodeOutput
{
    private CodeOutput() { }

    /// <summary>Position among the outputs: only in deltas.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Index { get; init; }

    public sealed record OfLogs(string Logs) : CodeOutput;

    public sealed record OfImage(FileReference Image) : CodeOutput;
}

public sealed record StepSearch
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RankingOptions? RankingOptions { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<SearchHit>? Results { get; init; }
}

public sealed record RankingOptions(string Ranker, double ScoreThreshold);

/// <param name="Score">0 to 1.</param>
public sealed record SearchHit(string FileId, string FileName, double Score)
{
    /// <summary>Only where the request's <c>include</c> asks for it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<SearchText>? Content { get; init; }
}

public sealed record SearchText(string Text)
{
    public string Type { get; } = "text";
}
