using System.Text.Json.Serialization;

namespace Cadre.Wire.ChatCompletions;

/// <summary><c>chat.completion.chunk</c> as it is streamed.</summary>
public sealed record ChatCompletionChunk(string Id, long Created, string Model, ChatChunkChoice[] Choices)
{
    public string Object { get; } = "chat.completion.chunk";

    /// <summary>In the last chunk of a stream that was asked for it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChatCompletionUsage? Usage { get; init; }
}

/// <param name="FinishReason">Null in all chunks but a choice's last.</param>
public sealed record ChatChunkChoice(int Index, ChatChunkDelta Delta, string? FinishReason)
{
    /// <summary>Never given.</summary>
    public string? Logprobs { get; }
}

public sealed record ChatChunkDelta
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Role { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Content { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChatCompletionCall[]? ToolCalls { get; init; }
}
