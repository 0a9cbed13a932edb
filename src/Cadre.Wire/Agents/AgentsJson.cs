using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cadre.Wire.Agents;

/// <summary>Every member is written, also when it is null, as OpenAI does; those that may be absent say so.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(AgentObject))]
[JsonSerializable(typeof(SessionObject))]
[JsonSerializable(typeof(TurnObject))]
[JsonSerializable(typeof(AgentItem))]
[JsonSerializable(typeof(AgentRunObject))]
[JsonSerializable(typeof(SessionAgent))]
[JsonSerializable(typeof(AutomationObject))]
[JsonSerializable(typeof(InvocationObject))]
[JsonSerializable(typeof(AgentsPage<AutomationObject>), TypeInfoPropertyName = "AutomationPage")]
[JsonSerializable(typeof(AgentsPage<InvocationObject>), TypeInfoPropertyName = "InvocationPage")]
[JsonSerializable(typeof(AgentsPage<JsonElement>), TypeInfoPropertyName = "EmptyPage")]
[JsonSerializable(typeof(EnvironmentObject))]
[JsonSerializable(typeof(EnvironmentFiles))]
[JsonSerializable(typeof(AgentsPage<EnvironmentObject>), TypeInfoPropertyName = "EnvironmentPage")]
[JsonSerializable(typeof(VaultObject))]
[JsonSerializable(typeof(CredentialObject))]
[JsonSerializable(typeof(AgentsPage<VaultObject>), TypeInfoPropertyName = "VaultPage")]
[JsonSerializable(typeof(AgentsPage<CredentialObject>), TypeInfoPropertyName = "CredentialPage")]
[JsonSerializable(typeof(AgentEvent))]
[JsonSerializable(typeof(DeletedObject))]
[JsonSerializable(typeof(AgentsPage<AgentObject>), TypeInfoPropertyName = "AgentPage")]
[JsonSerializable(typeof(AgentsPage<AgentRunObject>), TypeInfoPropertyName = "RunPage")]
[JsonSerializable(typeof(AgentsPage<SessionObject>), TypeInfoPropertyName = "SessionPage")]
[JsonSerializable(typeof(AgentsPage<TurnObject>), TypeInfoPropertyName = "TurnPage")]
[JsonSerializable(typeof(AgentsPage<AgentItem>), TypeInfoPropertyName = "ItemPage")]
public sealed partial class AgentsJson : JsonSerializerContext;
