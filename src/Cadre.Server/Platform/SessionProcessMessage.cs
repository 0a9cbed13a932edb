using System.Text.Json;
using Cadre.Engine.Tools;
using Cadre.Server.Http;
using Cadre.Server.Registry;
using Cadre.Server.Sessions;

namespace Cadre.Server.Platform;

internal sealed class SessionProcessMessage(AgentSessions sessions, FoundRuns runs) : AssistantsTool(
    "session_process_message",
    "Says something in a session of the user's and gives the assistant's answer. A session takes one message at a time.",
    $$"""
    {"type":"object","properties":{
      "session_id":{"type":"string","maxLength":200,"description":"As sessions_list gives it."},
      "message":{"type":"string","minLength":1,"maxLength":100000,"description":"What to say."},
      {{WaitSchema}} },
    "required":["session_id","message"],"additionalProperties":false}
    """,
    Effect.Unsafe)
{
    public override string Title => "Say something in a session";
    public override string Grant => Grants.AssistantsRun;
    public override bool IsForPeople => true;
    public override JsonElement OutputSchema { get; } = Schema(FoundRuns.Properties, FoundRuns.Required);

    protected override async ValueTask<ToolResult> ActAsync(ToolCall call, Fields arguments, CancellationToken cancellationToken)
    {
        var session = await sessions.GetAsync(call.Owner, arguments.RequiredText("session_id"), cancellationToken);
        var run = await sessions.StartAsync(session, new(arguments.RequiredText("message")), cancellationToken);
        await runs.WaitAsync(run, arguments.Integer("wait_seconds", 0, MaxWait) ?? DefaultWait, call.Progress, cancellationToken);
        return Ok(await runs.ShowAsync(run, cancellationToken));
    }
}
