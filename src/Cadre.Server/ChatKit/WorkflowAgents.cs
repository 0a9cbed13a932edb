using Cadre.Server.Agents.Definitions;
using Cadre.Server.Definitions;
using Cadre.Server.Http;
using Cadre.Storage.Documents;

namespace Cadre.Server.ChatKit;

/// <summary>
/// The agent that a workflow's id names: an agent's own id ("agent_…", "asst_…"), the workflow_id in an agent's metadata, or an agent's name. Of several the newest.
/// </summary>
internal static class WorkflowAgents
{
    private const string MetadataPath = "metadata.workflow_id";
    private const string NamePath = "name";

    /// <param name="parameter">Where the request has it.</param>
    public static async ValueTask<AgentDefinition> FindAsync(IStore store, Scope scope, string workflow, string parameter, CancellationToken cancellationToken)
    {
        if (Agents.AgentPrefix.AgentId(workflow) is { } id && await store.GetAsync(scope, AgentDefinition.Kind, id, cancellationToken) is { } named) return AgentStore.Read(named);
        foreach (var path in new[] { MetadataPath, NamePath })
        {
            var query = new DocumentQuery(AgentDefinition.Kind) { Limit = 1, Where = new Dictionary<string, string> { [path] = workflow } };
            if (await store.ListAsync(scope, query, cancellationToken) is { Items: [var found] }) return AgentStore.Read(found);
        }

        throw ApiException.NotFound($"No workflow found with id '{workflow}': it names no agent, no agent has it as its name, and none has it as 'workflow_id' in its metadata.", parameter);
    }
}
