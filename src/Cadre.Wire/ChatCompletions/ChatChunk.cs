using System.Text.Json;
using System.Text.Json.Serialization;
using Cadre.Wire.Lenient;

namespace Cadre.Wire.ChatCompletions;

/// <summary><c>chat.completion.chunk</c>, and <c>chat.completion</c>, whose choices carry a <c>message</c> in place of a <c>delta</c>.</summary>
public sealed record ChatChunk
{
    public string? Id { get; init; }

    public string? Model { get; init; }

    public ChatChoice[]? Choices { get; init; }

    /// <summary>Left as it came: endpoints disagree about its numbers.</summary>
    public JsonElement? Usage { get; init; }

    /// <summary>Sent in the middle of a stream by endpoints that can no longer change the status.</summary>
    public JsonElement? Error { get; init; }
}

public sealed record ChatChoice
{
    [JsonConverter(typeof(IndexConverter))]
    public int? Index { get; init; }

    public ChatMessage? Delta { get; init; }

    public ChatMessage? Message { get; init; }

    public string? FinishReason { get; init; }
}

/// <summary>An assistant's message or a piece of one.</summary>
public sealed record ChatMessage
{
    public string? Role { get; init; }

    [JsonConverter(typeof(TextConverter))]
    public string? Content { get; init; }

    [JsonConverter(typeof(TextConverter))]
    public string? Refusal { get; init; }

    /// <summary>DeepSeek's, vLLM's and LM Studio's name for the chain of thought.</summary>
    [JsonConverter(typeof(TextConverter))]
    public string? ReasoningContent { get; init; }

    /// <summary>OpenRouter's and Ollama's name for the same.</summary>
    [JsonConverter(typeof(TextConverter))]
    public string? Reasoning { get; init; }

    public ChatToolCall[]? ToolCalls { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; set; }
}

/// <summary>A tool call or a piece of one: the first piece has the id and the name, the next ones more of the arguments.</summary>
public sealed record ChatToolCall
{
    [JsonConverter(typeof(IndexConverter))]
    public int? Index { get; init; }

    public string? Id { get; init; }

    public string? Type { get; init; }

    public ChatFunction? Function { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; set; }
}

public sealed record ChatFunction
{
    public string? Name { get; init; }

    [JsonConverter(typeof(RawTextConverter))]
    public string? Arguments { get; init; }
}
