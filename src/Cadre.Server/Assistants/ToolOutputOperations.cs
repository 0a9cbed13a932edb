using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Server.Runs;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Assistants;

/// <summary>/v1/threads/{thread}/runs/{run}/submit_tool_outputs</summary>
internal sealed class ToolOutputOperations(ServerContext context, RunRecords records, RunStreaming streaming)
{
    public const int MaxOutputs = RunLimits.CallsPerTurn;

    /// <summary>Characters of one output.</summary>
    public const int MaxOutput = 512 << 10;

    public async Task SubmitAsync(HttpContext http)
    {
        var (thread, run) = (AssistantIds.OfThread(http), AssistantIds.OfRun(http));
        var scope = Caller.Of(http).Scope;
        var body = await RequestBody.ReadAsync(http);
        var outputs = Read(body);
        var streams = body.Flag("stream") ?? false;
        var timeline = await records.FindAsync(scope, thread, run, http.RequestAborted);
        Check(timeline, outputs);
        switch (await context.Runs.Control.SubmitAsync(run, outputs.ToDictionary(output => output.CallId, output => ToolResult.Ok(output.Output)), http.RequestAborted))
        {
            case CommandResult.Busy:
                throw ApiException.Conflict("The run changes all the time; try again.");
            case CommandResult.DoesNotFit or CommandResult.HasEnded:
                // Somebody else was faster.
                Check(await records.FindAsync(scope, thread, run, http.RequestAborted), outputs);
                throw ApiException.Conflict("The run was changed meanwhile; try again.");
        }

        if (streams)
        {
            await streaming.ContinueAsync(http, timeline);
            return;
        }

        var now = await records.FindAsync(scope, thread, run, http.RequestAborted);
        var metadata = await records.MetadataAsync(scope, run, http.RequestAborted);
        await RunOperations.RespondAsync(http, RunRendering.Render(now, metadata, now.Phase == RunPhase.InProgress ? RunRendering.Queued : null));
    }

    private static List<(string CallId, string Output)> Read(Fields body) => (body.Objects("tool_outputs", MaxOutputs) ?? throw ApiException.Missing("tool_outputs"))
        .Select(output => (output.RequiredText("tool_call_id"), output.Text("output", MaxOutput) ?? ""))
        .ToList();

    /// <summary>All that the run waits for has to be given, and nothing else.</summary>
    private static void Check(RunTimeline timeline, List<(string CallId, string Output)> outputs)
    {
        if (timeline.Phase != RunPhase.AwaitingCaller) throw ApiException.BadRequest($"Runs in status \"{RunRendering.StatusOf(timeline)}\" do not accept tool outputs.");
        var expected = timeline.State.Calls.Where(call => call.Phase == CallPhase.AtClient).Select(call => call.Request.CallId).ToList();
        var got = outputs.Select(output => output.CallId).ToList();
        if (got.Count == expected.Count && expected.TrueForAll(got.Contains)) return;
        throw ApiException.BadRequest($"Expected tool outputs for call_ids {List(expected)}, got {List(got)}");
    }

    private static string List(List<string> ids) => $"[{string.Join(", ", ids.Select(id => $"'{id}'"))}]";
}
