using System.Text.Json.Serialization;

namespace Cadre.Wire.Assistants;

/// <summary>Assistants v2 as it goes over the wire: members are written also when they are null, as OpenAI's service writes them.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, GenerationMode = JsonSourceGenerationMode.Default)]
[JsonSerializable(typeof(AssistantObject))]
[JsonSerializable(typeof(ThreadObject))]
[JsonSerializable(typeof(MessageObject))]
[JsonSerializable(typeof(RunObject))]
[JsonSerializable(typeof(RunStepObject))]
[JsonSerializable(typeof(MessageDeltaObject))]
[JsonSerializable(typeof(RunStepDeltaObject))]
[JsonSerializable(typeof(DeletedObject))]
[JsonSerializable(typeof(AssistantsList<AssistantObject>), TypeInfoPropertyName = "AssistantList")]
[JsonSerializable(typeof(AssistantsList<ThreadObject>), TypeInfoPropertyName = "ThreadList")]
[JsonSerializable(typeof(AssistantsList<MessageObject>), TypeInfoPropertyName = "MessageList")]
[JsonSerializable(typeof(AssistantsList<RunObject>), TypeInfoPropertyName = "RunList")]
[JsonSerializable(typeof(AssistantsList<RunStepObject>), TypeInfoPropertyName = "StepList")]
public sealed partial class AssistantsJson : JsonSerializerContext;
