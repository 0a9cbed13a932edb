using System.Text.Json.Serialization;

namespace Cadre.Wire.ChatKit;

/// <summary>Every member is written, also when it is null.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ChatKitSessionObject))]
[JsonSerializable(typeof(ChatKitThreadObject))]
[JsonSerializable(typeof(ChatKitItem))]
[JsonSerializable(typeof(ChatKitDeleted))]
[JsonSerializable(typeof(ChatKitPage<ChatKitThreadObject>), TypeInfoPropertyName = "ThreadList")]
[JsonSerializable(typeof(ChatKitPage<ChatKitItem>), TypeInfoPropertyName = "ItemList")]
[JsonSerializable(typeof(ChatEvent))]
[JsonSerializable(typeof(ChatThread))]
[JsonSerializable(typeof(ChatAttachment))]
[JsonSerializable(typeof(ChatPage<ChatThread>), TypeInfoPropertyName = "ChatThreads")]
[JsonSerializable(typeof(ChatPage<ChatItem>), TypeInfoPropertyName = "ChatItems")]
public sealed partial class ChatKitJson : JsonSerializerContext;
