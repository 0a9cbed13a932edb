using System.Collections.Concurrent;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Server.Agents.Sessions;
using Cadre.Server.Functions;
using Cadre.Server.Runs;

namespace Cadre.Server.Sessions;

/// <summary>Follows one run, by its feed, until it has ended or needs somebody; what it asks of the given functions is served on the way.</summary>
/// <param name="functions">By name.</param>
internal sealed class RunFollower(IReadOnlyDictionary<string, SessionFunction> functions)
{
    /// <summary>Characters of an output.</summary>
    public const int MaxOutput = 1 << 20;

    /// <summary>Calls that were answered here, whether that was read back or not.</summary>
    private readonly HashSet<string> _served = [];

    public static IReadOnlyDictionary<string, SessionFunction> NoFunctions { get; } = new Dictionary<string, SessionFunction>();

    /// <summary>Is shown every update, in order.</summary>
    public Func<RunUpdate, ValueTask>? Watch { get; init; }

    /// <summary>Outputs that were submitted; the run's record of them may not have been read yet.</summary>
    public void Given(RunTimeline run, IEnumerable<string> calls)
    {
        foreach (var call in calls) _served.Add(Name(run, call));
    }

    /// <param name="run">What is known of it; goes on to its end or rest.</param>
    public async Task FollowAsync(ServedRuns runs, RunTimeline run, CancellationToken cancellationToken)
    {
        if (run.State.Definition is null || !Rests(run)) await ReadAsync(runs, run, cancellationToken);
        while (!run.State.HasEnded && await ServeAsync(runs, run, cancellationToken)) await ReadAsync(runs, run, cancellationToken);
    }

    private async Task ReadAsync(ServedRuns runs, RunTimeline run, CancellationToken cancellationToken)
    {
        await foreach (var update in runs.StreamAsync(run, run.State.Version, cancellationToken))
        {
            if (Watch is not null) await Watch(update);
            if (update is RunUpdate.Fact && Rests(run)) return;
        }
    }

    private bool Rests(RunTimeline run) =>
        run.State.HasEnded || (run.Phase is RunPhase.AwaitingCaller or RunPhase.AwaitingApproval && !Waiting(run).Any(call => _served.Contains(Name(run, call.Request.CallId))));

    /// <returns>Whether there was anything to serve.</returns>
    private async ValueTask<bool> ServeAsync(ServedRuns runs, RunTimeline run, CancellationToken cancellationToken)
    {
        var calls = Waiting(run).Where(call => functions.ContainsKey(call.Request.Tool)).ToList();
        if (calls.Count == 0) return false;
        var outputs = new ConcurrentDictionary<string, ToolResult>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = RunLimits.ParallelCalls, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(calls, options, async (call, stop) => outputs[call.Request.CallId] = await CallAsync(call, stop));
        Given(run, outputs.Keys);
        if (await SubmitAsync(runs, run.Run, outputs, cancellationToken) != CommandResult.DoesNotFit) return true;

        // Some were answered by others meanwhile: what was not is given one by one.
        foreach (var output in outputs) await SubmitAsync(runs, run.Run, new Dictionary<string, ToolResult> { [output.Key] = output.Value }, cancellationToken);
        return true;
    }

    private async ValueTask<ToolResult> CallAsync(CallState call, CancellationToken cancellationToken)
    {
        try
        {
            var output = await functions[call.Request.Tool](ItemView.Arguments(call.Request.Arguments), cancellationToken);
            return ToolResult.Ok(Bounded.Middle(output, MaxOutput));
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return ServerFunction.Failed(failure.Message);
        }
    }

    private static async ValueTask<CommandResult> SubmitAsync(ServedRuns runs, RunId run, IReadOnlyDictionary<string, ToolResult> outputs, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await runs.Control.SubmitAsync(run, outputs, cancellationToken);
            if (result != CommandResult.Busy) return result;
        }
    }

    private static IEnumerable<CallState> Waiting(RunTimeline run) => run.State.Calls.Where(call => call.Phase == CallPhase.AtClient);

    /// <summary>A model may give an id again in a later turn.</summary>
    private static string Name(RunTimeline run, string call) => $"{run.Turns.Count} {call}";
}
