using System.Text.Json;
using Cadre.Engine.Tools;
using Cadre.Server.Agents;
using Cadre.Server.Agents.Definitions;
using Cadre.Server.Definitions;
using Cadre.Server.Http;
using Cadre.Server.Registry;
using Cadre.Storage.Documents;

namespace Cadre.Server.Platform;

internal sealed class AssistantsList(IStore store) : AssistantsTool(
    "assistants_list",
    "Lists the user's assistants, newest first.",
    $$"""{"type":"object","properties":{ {{PageSchema}} },"additionalProperties":false}""",
    Effect.Read)
{
    /// <summary>Characters of a description.</summary>
    private const int MaxDescription = 500;

    public override string Title => "List assistants";
    public override string Grant => Grants.AssistantsRead;
    public override JsonElement OutputSchema { get; } = Schema(
        $$""" "assistants":{"type":"array","items":{"type":"object","properties":{"assistant_id":{"type":"string"},"name":{"type":["string","null"]},"description":{"type":["string","null"]},"model":{"type":"string"},"created_at":{"type":"string"} } } },{{NextSchema}} """,
        "\"assistants\"");

    protected override async ValueTask<ToolResult> ActAsync(ToolCall call, Fields arguments, CancellationToken cancellationToken)
    {
        var cursor = new PageCursor(call.Owner, Descriptor.Name);
        var query = new DocumentQuery(AgentDefinition.Kind) { After = cursor.Read(arguments), Limit = Limit(arguments) };
        var page = await store.ListAsync(Scope.Of(call.Owner), query, cancellationToken) ?? throw PageCursor.Unfit();
        return Page("assistants", page.Items.Select(AgentStore.Read), Write, page.HasMore ? cursor.Write(page.Items[^1].Id) : null);
    }

    private static void Write(Utf8JsonWriter json, AgentDefinition agent)
    {
        json.WriteStartObject();
        json.WriteString("assistant_id", AgentPrefix.Assistant + agent.Id);
        json.WriteString("name", agent.Name);
        json.WriteString("description", agent.Description is { } text ? Bounded.Middle(text, MaxDescription) : null);
        json.WriteString("model", agent.Model);
        json.WriteString("created_at", agent.CreatedAt);
        json.WriteEndObject();
    }
}
