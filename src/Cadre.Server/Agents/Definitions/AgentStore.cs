using System.Text.Json;
using Cadre.Engine.Tools;
using Cadre.Server.Definitions;
using Cadre.Storage.Documents;

namespace Cadre.Server.Agents.Definitions;

/// <summary>Agents as documents.</summary>
internal static class AgentStore
{
    public static Document Document(AgentDefinition agent, Owner owner) =>
        new(AgentDefinition.Kind, agent.Id, owner, JsonSerializer.SerializeToUtf8Bytes(agent, DefinitionJson.Default.AgentDefinition)) { CreatedAt = agent.CreatedAt };

    public static AgentDefinition Read(Document document) =>
        JsonSerializer.Deserialize(document.Body.Span, DefinitionJson.Default.AgentDefinition) ?? throw new InvalidDataException($"The agent {document.Id} is empty.");

    /// <param name="id">As the caller wrote it: "agent_…" or "asst_…".</param>
    public static async ValueTask<(AgentDefinition Agent, Document Document)> GetAsync(IStore store, Scope scope, string? id, CancellationToken cancellationToken) =>
        AgentPrefix.AgentId(id) is { } bare && await store.GetAsync(scope, AgentDefinition.Kind, bare, cancellationToken) is { } document
            ? (Read(document), document)
            : throw AgentErrors.NotFound("agent", id);
}
