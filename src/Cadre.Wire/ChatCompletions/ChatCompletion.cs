using System.Text.Json.Serialization;

namespace Cadre.Wire.ChatCompletions;

/// <summary><c>chat.completion</c> as it is answered; required members are written also when they are null.</summary>
public sealed record ChatCompletion(string Id, long Created, string Model, ChatCompletionChoice[] Choices)
{
    public string Object { get; } = "chat.completion";

    public ChatCompletionUsage? Usage { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}

/// <param name="FinishReason">stop, length, tool_calls or content_filter.</param>
public sealed record ChatCompletionChoice(int Index, ChatCompletionMessage Message, string FinishReason)
{
    /// <summary>Never given.</summary>
    public string? Logprobs { get; }
}

/// <param name="Content">Null when there are calls only.</param>
public sealed record ChatCompletionMessage(string? Content, ChatCompletionCall[]? Calls)
{
    public string Role { get; } = "assistant";

    public string? Refusal { get; }

    [JsonPropertyName("tool_calls")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChatCompletionCall[]? Calls { get; init; } = Calls;
}

/// <param name="Index">In a chunk; null in a whole answer.</param>
public sealed record ChatCompletionCall(string Id, ChatCompletionFunction Function, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Index = null)
{
    public string Type { get; } = "function";
}

/// <param name="Arguments">JSON text as the model wrote it.</param>
public sealed record ChatCompletionFunction(string Name, string Arguments);

public sealed record ChatCompletionUsage(long PromptTokens, long CompletionTokens, long TotalTokens)
{
    public required ChatPromptDetails PromptTokensDetails { get; init; }
    public required ChatCompletionDetails CompletionTokensDetails { get; init; }
}

public sealed record ChatPromptDetails(long CachedTokens)
{
    public long AudioTokens { get; }
}

public sealed record ChatCompletionDetails(long ReasoningTokens)
{
    public long AudioTokens { get; }
    public long AcceptedPredictionTokens { get; }
    public long RejectedPredictionTokens { get; }
}
