using System.Text.Json;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Server.Http;
using Cadre.Server.Registry;

namespace Cadre.Server.Platform;

internal sealed class RunCancel(FoundRuns runs) : AssistantsTool(
    "run_cancel",
    "Ends a run of the user's that is open. One that has ended stays as it is.",
    """
    {"type":"object","properties":{
      "run_id":{"type":"string","maxLength":200,"description":"As assistant_run or runs_list gives it."},
      "reason":{"type":"string","maxLength":500,"description":"Why; it is kept with the run."} },
    "required":["run_id"],"additionalProperties":false}
    """,
    Effect.Idempotent)
{
    /// <summary>Seconds in which a run that is cancelled mostly ends.</summary>
    private const int Wait = 10;

    public override string Title => "Cancel a run";
    public override string Grant => Grants.AssistantsRun;
    public override bool IsDestructive => true;
    public override bool IsForPeople => true;
    public override JsonElement OutputSchema { get; } = Schema(FoundRuns.Properties, FoundRuns.Required);

    protected override async ValueTask<ToolResult> ActAsync(ToolCall call, Fields arguments, CancellationToken cancellationToken)
    {
        var id = arguments.RequiredText("run_id");
        var run = (await runs.GetAsync(call.Owner, id, cancellationToken)).Run;
        if (await runs.Control.CancelAsync(run, $"user:{call.Owner.User}", arguments.Text("reason") ?? "Cancelled by a request.", cancellationToken) == CommandResult.Busy)
            return ToolResult.Failed("The run changes all the time; try again.");
        var cancelled = await runs.GetAsync(call.Owner, id, cancellationToken);
        await runs.WaitAsync(cancelled, Wait, null, cancellationToken);
        return Ok(await runs.ShowAsync(cancelled, cancellationToken));
    }
}
