using System.Text.Json.Serialization;

namespace Cadre.Server.Threads;

/// <summary>The stored form of threads and their items. A member that was written once is read for ever; a new one is nullable.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowOutOfOrderMetadataProperties = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ThreadItem))]
[JsonSerializable(typeof(ConversationThread))]
internal sealed partial class ThreadJson : JsonSerializerContext;
