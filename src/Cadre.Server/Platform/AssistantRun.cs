using System.Text.Json;
using Cadre.Engine.Tools;
using Cadre.Server.Agents;
using Cadre.Server.Http;
using Cadre.Server.Registry;
using Cadre.Server.Sessions;

namespace Cadre.Server.Platform;

internal sealed class AssistantRun(AgentSessions sessions, FoundRuns runs) : AssistantsTool(
    "assistant_run",
    "Says something to an assistant of the user's and gives its answer. Without session_id it begins a new session; with it the assistant remembers what was said there.",
    $$"""
    {"type":"object","properties":{
      "assistant_id":{"type":"string","maxLength":200,"description":"As assistants_list or assistant_create_from_template gives it."},
      "message":{"type":"string","minLength":1,"maxLength":100000,"description":"What to say to it."},
      "session_id":{"type":"string","maxLength":200,"description":"A session of this assistant to go on with."},
      {{WaitSchema}} },
    "required":["assistant_id","message"],"additionalProperties":false}
    """,
    Effect.Unsafe)
{
    public override string Title => "Run an assistant";
    public override string Grant => Grants.AssistantsRun;
    public override bool IsForPeople => true;
    public override JsonElement OutputSchema { get; } = Schema(FoundRuns.Properties, FoundRuns.Required);

    protected override async ValueTask<ToolResult> ActAsync(ToolCall call, Fields arguments, CancellationToken cancellationToken)
    {
        var assistant = arguments.RequiredText("assistant_id");
        var session = arguments.Text("session_id") is { } id
            ? await sessions.GetAsync(call.Owner, id, cancellationToken)
            : await sessions.CreateAsync(call.Owner, new(assistant), cancellationToken);
        if (session.AgentId != AgentPrefix.Agent + AgentPrefix.AgentId(assistant)) throw ApiException.BadRequest($"The session '{session.Id}' is not one of the assistant '{assistant}'.", "session_id");
        var run = await sessions.StartAsync(session, new(arguments.RequiredText("message")), cancellationToken);
        await runs.WaitAsync(run, arguments.Integer("wait_seconds", 0, MaxWait) ?? DefaultWait, call.Progress, cancellationToken);
        return Ok(await runs.ShowAsync(run, cancellationToken));
    }
}
