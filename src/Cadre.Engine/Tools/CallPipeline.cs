using System.Collections.Immutable;
using System.Diagnostics;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;

namespace Cadre.Engine.Tools;

/// <summary>
/// The way of a call, in one place: find → validate → judge → ask → record → run → bound → record. Nothing that changes the world runs whose start is
/// not durable in journal and audit, and its result is durable before anything else is done. What only reads is recorded while it runs: losing the record
/// loses nothing but the reading. What is transactional is made with its record.
/// </summary>
internal sealed class CallPipeline(EnginePorts ports)
{
    /// <summary>How often a transactional tool is asked again because what it had read was changed by others.</summary>
    private const int JointTries = 8;

    private readonly CallAudit _audit = new(ports);

    /// <summary>
    /// Brings calls on by one stage: refuses and asks for all that need it, then makes the first that may be made (those that change nothing or may be
    /// repeated side by side, an unsafe one alone).
    /// </summary>
    public async ValueTask AdvanceAsync(OpenRun run, ImmutableArray<CallState> calls, CancellationToken cancelled, CancellationToken stop)
    {
        var definition = run.State.Definition!;
        var tools = await Toolbox.OfferedAsync(ports.Tools, run.Id, definition, stop);
        var preparation = new CallPreparation(run.State, tools, ports.Policies.Current);
        var ready = new List<Prepared.Ready>();
        var audits = new List<Task>();
        foreach (var call in calls)
        {
            switch (run.State.Cancel is not null ? CallPreparation.Cancelled(call) : await ResolveAsync(preparation, call, run, cancelled))
            {
                case Prepared.Ready prepared:
                    ready.Add(prepared);
                    break;
                case Prepared.Refused(var result, var rule):
                    audits.Add(_audit.RefusedAsync(run, call, result, rule, stop));
                    run.Stage(new RunEvent.CallFinished(call.Request.CallId, result, TimeSpan.Zero));
                    break;
                case Prepared.Ask(var asked):
                    run.Stage(asked);
                    break;
                default:
                    throw new UnreachableException();
            }
        }

        await Task.WhenAll(audits);
        if (ready.Count > 0) await MakeAsync(run, FirstGroup(ready), cancelled, stop);
    }

    /// <summary>An interrupted call is looked into first: its probe may know whether it happened.</summary>
    private static async ValueTask<Prepared> ResolveAsync(CallPreparation preparation, CallState call, OpenRun run, CancellationToken cancelled)
    {
        if (call.Phase != CallPhase.Started) return preparation.Prepare(call);
        var probed = call.Start!.Effect == Effect.Unsafe && preparation.Find(call) is { } tool && preparation.CallOf(call, run.Id) is { } toolCall
            ? await tool.ProbeAsync(toolCall, cancelled)
            : null;
        return preparation.Recover(call, probed);
    }

    private static ImmutableArray<Prepared.Ready> FirstGroup(List<Prepared.Ready> ready) => ready[0].IsUnsafe
        ? [ready[0]]
        : [.. ready.TakeWhile(call => !call.IsUnsafe).Take(RunLimits.ParallelCalls)];

    private async ValueTask MakeAsync(OpenRun run, ImmutableArray<Prepared.Ready> group, CancellationToken cancelled, CancellationToken stop)
    {
        foreach (var call in group)
        {
            run.Stage(new RunEvent.CallStarted(
                call.State.Request.CallId,
                call.Call.Key,
                (call.State.Start?.Attempt ?? 0) + 1,
                call.Tool.Descriptor.Effect,
                call.Tool.Descriptor.Provenance,
                call.Rule,
                ports.Policies.Current.Hash));
        }

        var wall = run.State.Remaining.Wall;
        var joint = group.Any(call => call.IsTransactional);
        var harmless = group.All(call => call.Tool.Descriptor.Effect == Effect.Read || call.IsTransactional);
        var recorded = Task.WhenAll([joint && harmless ? Task.CompletedTask : run.FlushAsync(stop).AsTask(), .. group.Select(call => _audit.StartedAsync(run, call, stop))]);
        if (!harmless) await recorded;
        var made = group.Where(call => !call.Tool.Descriptor.RunsAtClient).Select(call => MakeAsync(run.Id, wall, call, cancelled, stop)).ToList();
        await recorded;
        var open = made.Count;
        await foreach (var task in Task.WhenEach(made))
        {
            var (call, result, duration) = await task;
            for (var tries = 1; result.Pending is not null; tries++)
            {
                if (await run.CommitAsync(Finished(call, result, duration), result.Pending, stop)) break;
                (_, result, duration) = tries < JointTries
                    ? await MakeAsync(run.Id, wall, call, cancelled, stop)
                    : (call, ToolResult.Failed("What this call is about was changed by others all the time. Nothing was done: try again."), duration);
            }

            if (result.Pending is null) run.Stage(Finished(call, result, duration));
            run.Owe(_audit.FinishedAsync(run, call, result, duration, stop));
            if (!harmless || --open > 0) await run.FlushAsync(stop);
        }
    }

    private static RunEvent.CallFinished Finished(Prepared.Ready call, ToolResult result, TimeSpan duration) =>
        new(call.State.Request.CallId, result with { Pending = null }, duration);

    private async Task<(Prepared.Ready Call, ToolResult Result, TimeSpan Duration)> MakeAsync(
        RunId run, TimeSpan? wall, Prepared.Ready call, CancellationToken cancelled, CancellationToken stop)
    {
        var descriptor = call.Tool.Descriptor;
        var limit = wall is { } left && left < descriptor.Timeout ? left : descriptor.Timeout;
        var started = ports.Time.GetTimestamp();
        using var timeout = new CancellationTokenSource(limit > TimeSpan.Zero ? limit : TimeSpan.Zero, ports.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancelled, timeout.Token);
        Action<string>? progress = ports.Feed.IsWatched(run)
            ? text => ports.Feed.Show(new(run, LiveKind.ToolOutput, text, call.State.Request.CallId))
            : null;
        ToolResult result;
        try
        {
            result = await call.Tool.CallAsync(call.Call with { Progress = progress }, linked.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested && linked.IsCancellationRequested)
        {
            result = cancelled.IsCancellationRequested
                ? new(ToolStatus.Cancelled, "The run was cancelled while this call was being made; it may have happened in part.")
                : ToolResult.Failed($"The call took longer than {limit.TotalSeconds:0} s and was ended; it may have happened in part.");
        }

        catch (Exception bug) when (bug is not (OperationCanceledException or StoreUnavailableException))
        {
            // The port forbids it, and a tool's bug must not be the run's end. What the tool did before it failed, nobody knows.
            result = ToolResult.Failed($"The tool failed inside ({bug.GetType().Name}); it may have happened in part.");
        }

        if (result.Pending is not null && !call.IsTransactional) result = ToolResult.Failed("The tool is not transactional, and left its effect to be made with its record. Nothing was done.");
        return (call, result with { Output = Bounded.Middle(result.Output, descriptor.OutputLimit) }, ports.Time.GetElapsedTime(started));
    }
}
