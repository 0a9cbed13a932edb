using System.Text.Json;
using Cadre.Engine.Tools;
using Cadre.Server.Http;
using Cadre.Server.Registry;

namespace Cadre.Server.Platform;

internal sealed class RunGet(FoundRuns runs) : AssistantsTool(
    "run_get",
    "Shows a run of the user's: how it stands, what it said, what it called. Waits for its end when wait_seconds is given.",
    """
    {"type":"object","properties":{
      "run_id":{"type":"string","maxLength":200,"description":"As assistant_run or runs_list gives it."},
      "wait_seconds":{"type":"integer","minimum":0,"maximum":100,"default":0,"description":"How long to wait for its end."} },
    "required":["run_id"],"additionalProperties":false}
    """,
    Effect.Read)
{
    public override string Title => "Show a run";
    public override string Grant => Grants.AssistantsRead;
    public override JsonElement OutputSchema { get; } = Schema(FoundRuns.Properties, FoundRuns.Required);

    protected override async ValueTask<ToolResult> ActAsync(ToolCall call, Fields arguments, CancellationToken cancellationToken)
    {
        var run = await runs.GetAsync(call.Owner, arguments.RequiredText("run_id"), cancellationToken);
        // A run that waits for itself, or for one that waits for it, would wait in vain: it is bounded, and shows what there is.
        if (arguments.Integer("wait_seconds", 0, MaxWait) is > 0 and var seconds) await runs.WaitAsync(run, seconds, call.Progress, cancellationToken);
        return Ok(await runs.ShowAsync(run, cancellationToken));
    }
}
