using System.Text.Json.Serialization;

namespace Cadre.Wire.ChatCompletions;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ChatChunk))]
public sealed partial class ChatCompletionsJson : JsonSerializerContext;
