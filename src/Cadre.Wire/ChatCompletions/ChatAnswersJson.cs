using System.Text.Json.Serialization;

namespace Cadre.Wire.ChatCompletions;

/// <summary>The answers of Chat Completions; what a model endpoint sends is read by <see cref="ChatCompletionsJson"/>, which forgives more.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ChatCompletion))]
[JsonSerializable(typeof(ChatCompletionChunk))]
public sealed partial class ChatAnswersJson : JsonSerializerContext;
