using System.Text.Json;
using Cadre.Engine.Tools;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Registry;
using Cadre.Server.Sessions;
using Cadre.Server.Threads;
using Cadre.Storage.Documents;

namespace Cadre.Server.Platform;

internal sealed class SessionGet(ServerContext context, AgentSessions sessions) : AssistantsTool(
    "session_get",
    "Shows a session of the user's: what was said last, and how its newest run stands.",
    """{"type":"object","properties":{"session_id":{"type":"string","maxLength":200,"description":"As sessions_list gives it."} },"required":["session_id"],"additionalProperties":false}""",
    Effect.Read)
{
    /// <summary>Items of the thread that are looked at for what was said.</summary>
    private const int MaxItems = 40;

    /// <summary>Characters of what was said at a time.</summary>
    private const int MaxText = 4_000;

    public override string Title => "Show a session";
    public override string Grant => Grants.AssistantsRead;
    public override JsonElement OutputSchema { get; } = Schema(
        SessionsList.Item + """
        ,"messages":{"type":"array","description":"The newest, oldest of them first.","items":{"type":"object","properties":{"role":{"type":"string"},"content":{"type":"string"},"created_at":{"type":"string"} } } },
        "run_id":{"type":"string","description":"The newest run."},"status":{"type":"string","description":"Of the newest run."}
        """,
        "\"session_id\",\"messages\"");

    protected override async ValueTask<ToolResult> ActAsync(ToolCall call, Fields arguments, CancellationToken cancellationToken)
    {
        var session = await sessions.GetAsync(call.Owner, arguments.RequiredText("session_id"), cancellationToken);
        var newest = await sessions.NewestAsync(session, cancellationToken);
        var items = (await context.Threads.ListAsync(Scope.Of(call.Owner), new(ThreadStore.ItemKind) { Parent = session.Bare, Limit = MaxItems }, cancellationToken))?.Items ?? [];
        return Ok(json =>
        {
            ReplyJson.WriteMembers(json, session);
            json.WriteStartArray("messages");
            foreach (var item in items.Reverse())
            {
                if (item.Body is not ItemBody.Said said) continue;
                json.WriteStartObject();
                json.WriteString("role", JsonNamingPolicy.SnakeCaseLower.ConvertName(said.Speaker.ToString()));
                json.WriteString("content", Bounded.Middle(said.PlainText, MaxText));
                json.WriteString("created_at", item.CreatedAt);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            if (newest is null) return;
            json.WriteString("run_id", SessionsFace.Run + newest.Run);
            json.WriteString("status", ReplyJson.Word(SessionReply.StatusOf(newest)));
        });
    }
}
