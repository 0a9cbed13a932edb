using System.Text.Json;
using Cadre.Engine.Tools;
using Cadre.Server.Agents;
using Cadre.Server.Agents.Sessions;
using Cadre.Server.Http;
using Cadre.Server.Registry;
using Cadre.Server.Sessions;
using Cadre.Storage.Documents;

namespace Cadre.Server.Platform;

internal sealed class SessionsList(IStore store) : AssistantsTool(
    "sessions_list",
    "Lists the user's sessions with assistants, newest first.",
    $$"""
    {"type":"object","properties":{
      "assistant_id":{"type":"string","maxLength":200,"description":"Only sessions of this assistant."},
      "user_id":{"type":"string","maxLength":200,"description":"Only sessions that were opened for this user; for programs that serve several."},
      {{PageSchema}} },"additionalProperties":false}
    """,
    Effect.Read)
{
    public const string Item = """
        "session_id":{"type":"string"},"agent_id":{"type":"string"},"user_id":{"type":"string"},"thread_id":{"type":"string"},"created_at":{"type":"string"},"metadata":{"type":"object"}
        """;

    public override string Title => "List sessions";
    public override string Grant => Grants.AssistantsRead;
    public override JsonElement OutputSchema { get; } = Schema($$""" "sessions":{"type":"array","items":{"type":"object","properties":{ {{Item}} } } },{{NextSchema}} """, "\"sessions\"");

    protected override async ValueTask<ToolResult> ActAsync(ToolCall call, Fields arguments, CancellationToken cancellationToken)
    {
        var (assistant, user) = (arguments.Text("assistant_id"), arguments.Text("user_id"));
        var where = new Dictionary<string, string>();
        if (assistant is not null) where["agent_id"] = AgentPrefix.AgentId(assistant) ?? throw AgentErrors.NotFound("assistant", assistant);
        if (user is not null) where["user_id"] = user;
        var cursor = new PageCursor(call.Owner, Descriptor.Name, assistant, user);
        var query = new DocumentQuery(SessionRecord.Kind) { After = cursor.Read(arguments), Limit = Limit(arguments), Where = where };
        var page = await store.ListAsync(Scope.Of(call.Owner), query, cancellationToken) ?? throw PageCursor.Unfit();
        return Page("sessions", page.Items.Select(AgentSession.Of), static (json, session) =>
        {
            json.WriteStartObject();
            ReplyJson.WriteMembers(json, session);
            json.WriteEndObject();
        }, page.HasMore ? cursor.Write(page.Items[^1].Id) : null);
    }
}
