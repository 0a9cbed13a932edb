using System.Text.Json;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Server.Http;
using Cadre.Server.Registry;
using Cadre.Server.Sessions;

namespace Cadre.Server.Platform;

internal sealed class ApprovalDecide(FoundRuns runs) : AssistantsTool(
    "approval_decide",
    "Records the user's own decision on a call that waits for an approval. Use it only when the user has seen the call as it is and has said yes or no to it.",
    """
    {"type":"object","properties":{
      "run_id":{"type":"string","maxLength":200,"description":"The run that waits."},
      "call_id":{"type":"string","maxLength":200,"description":"The call."},
      "hash":{"type":"string","maxLength":200,"description":"The hash that was shown with the call: the decision is for exactly that call."},
      "decision":{"enum":["approve","decline"],"description":"What the user said."},
      "comment":{"type":"string","maxLength":2000,"description":"What the user said to it; the assistant is told when the call is declined."} },
    "required":["run_id","call_id","hash","decision"],"additionalProperties":false}
    """,
    Effect.Idempotent)
{
    public override string Title => "Decide an approval";
    public override string Grant => Grants.ApprovalsDecide;
    public override bool IsDestructive => true;
    public override bool IsForPeople => true;
    public override JsonElement OutputSchema { get; } =
        Schema(""" "run_id":{"type":"string"},"call_id":{"type":"string"},"decision":{"type":"string"},"status":{"type":"string","description":"Of the run, now."} """, "\"run_id\",\"call_id\",\"decision\",\"status\"");

    protected override async ValueTask<ToolResult> ActAsync(ToolCall call, Fields arguments, CancellationToken cancellationToken)
    {
        var (id, callId, word) = (arguments.RequiredText("run_id"), arguments.RequiredText("call_id"), arguments.RequiredText("decision"));
        var run = await runs.GetAsync(call.Owner, id, cancellationToken);
        var decision = new Decision(word == "approve", $"user:{call.Owner.User}", arguments.Text("comment"));
        switch (await runs.Control.DecideAsync(run.Run, callId, arguments.RequiredText("hash"), decision, cancellationToken))
        {
            case CommandResult.Done:
                break;
            case CommandResult.Busy:
                return ToolResult.Failed("The run changes all the time; try again.");
            default:
                return ToolResult.Failed($"Nothing was decided: no call '{callId}' with this hash waits for an approval. It was decided before, or it is another call.");
        }

        var now = await runs.GetAsync(call.Owner, id, cancellationToken);
        return Ok(json =>
        {
            json.WriteString("run_id", id);
            json.WriteString("call_id", callId);
            json.WriteString("decision", word);
            json.WriteString("status", ReplyJson.Word(SessionReply.StatusOf(now)));
        });
    }
}
