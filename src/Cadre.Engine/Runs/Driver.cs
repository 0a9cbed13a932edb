using System.Collections.Immutable;
using Cadre.Engine.Ports;
using Cadre.Engine.Tools;
using Microsoft.Extensions.Logging;

namespace Cadre.Engine.Runs;

/// <summary>
/// Brings runs on: asks <see cref="RunNext"/> what happens now, does it, records it, until the run waits or has ended. It decides nothing. Everything a
/// driver knows is in the journal, so any driver can go on where another stopped or died.
/// </summary>
/// <param name="name">Recorded when this driver takes over from another.</param>
public sealed partial class Driver(EnginePorts ports, string name, ILogger<Driver> logger)
{
    private readonly CallPipeline _pipeline = new(ports);
    private readonly ModelTurn _turn = new(ports);
    private readonly RunAudit _audit = new(ports);

    /// <summary>
    /// Drives a run until it ends, waits or must stop. Throws <see cref="OperationCanceledException"/> when told to stop (the run is as good as after a
    /// crash) and <see cref="StoreUnavailableException"/> when nothing can be recorded.
    /// </summary>
    public async Task<DriveEnd> DriveAsync(RunId id, CancellationToken cancellationToken)
    {
        var run = new OpenRun(await OpenRun.LoadAsync(id, ports.Journal, cancellationToken), ports.Journal, ports.Feed, ports.Time);
        if (run.State.Paused is not null) return DriveEnd.Paused;
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var listening = ports.Feed.Listen(id, @event =>
        {
            if (@event is RunEvent.CancelRequested) cancelled.Cancel();
        });
        try
        {
            while (true)
            {
                try
                {
                    // What woke this driver is in the journal, but not yet in its state.
                    if (cancelled.IsCancellationRequested && run.State.Cancel is null) await run.RefreshAsync(cancellationToken);
                    if (await StepAsync(run, cancelled.Token, cancellationToken) is { } end) return end;
                }
                catch (OperationCanceledException) when (cancelled.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
                {
                    await run.RefreshAsync(cancellationToken);
                }
            }
        }
        catch (RunTakenException)
        {
            return DriveEnd.Taken;
        }
        catch (Exception bug) when (bug is not (OperationCanceledException or StoreUnavailableException or JournalDamagedException))
        {
            // One run that meets a bug does not stop the others, and is not lost: it goes on when it is taken over.
            DriverFailed(id, bug);
            run.Stage(new RunEvent.Paused($"Cadre failed inside ({bug.GetType().Name}); its log has the details."));
            await run.FlushAsync(cancellationToken);
            return DriveEnd.Paused;
        }
    }

    /// <summary>Takes over a run, and everything below it, that a driver which is gone left behind; what was paused goes on. Returns the runs that were open.</summary>
    public async Task<IReadOnlyList<RunId>> TakeOverAsync(RunId id, CancellationToken cancellationToken)
    {
        var taken = new List<RunId>();
        var waiting = new Stack<RunId>([id]);
        while (waiting.TryPop(out var next))
        {
            var run = new OpenRun(await OpenRun.LoadAsync(next, ports.Journal, cancellationToken), ports.Journal, ports.Feed, ports.Time);
            if (run.State.Definition is null || run.State.HasEnded) continue;
            foreach (var child in run.State.Children) waiting.Push(next.Child(child.Key));
            run.Stage(new RunEvent.Resumed(name));
            await run.FlushAsync(cancellationToken);
            await ports.Queue.EnqueueAsync(next, cancellationToken);
            taken.Add(next);
        }

        return taken;
    }

    /// <param name="cancelled">Fires when the run is cancelled as well.</param>
    /// <param name="stop">Fires when the driver must stop.</param>
    private async ValueTask<DriveEnd?> StepAsync(OpenRun run, CancellationToken cancelled, CancellationToken stop)
    {
        switch (RunNext.Next(run.State))
        {
            case RunStep.Nothing:
                return run.State.HasEnded ? DriveEnd.Ended : DriveEnd.Taken;

            case RunStep.Record(var events):
                foreach (var @event in events) run.Stage(@event);
                return null;

            case RunStep.CallModel:
                return await TakeTurnAsync(run, cancelled, stop);

            case RunStep.Compact(var until):
                await _turn.CompactAsync(run, until, cancelled, stop);
                return null;

            case RunStep.CallTools(var calls):
                await _pipeline.AdvanceAsync(run, calls, cancelled, stop);
                return null;

            case RunStep.StartRuns(var children):
                await StartAsync(run, children, stop);
                return null;

            case RunStep.CancelRuns(var author, var reason):
                await run.FlushAsync(stop);
                foreach (var child in run.State.Children) await CancelAsync(run.Id.Child(child.Key), author, reason, stop);
                return await CollectAsync(run, stop) ? null : DriveEnd.Waiting;

            case RunStep.Wait(var reason):
                await run.FlushAsync(stop);
                return reason == WaitFor.Children && await CollectAsync(run, stop) ? null : DriveEnd.Waiting;

            case RunStep.Finish(var outcome):
                await FinishAsync(run, outcome, stop);
                return DriveEnd.Ended;

            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private async ValueTask<DriveEnd?> TakeTurnAsync(OpenRun run, CancellationToken cancelled, CancellationToken stop)
    {
        switch (await _turn.TakeAsync(run, cancelled, stop))
        {
            case TurnEnd.Went:
                return null;
            case TurnEnd.Paused(var failure):
                run.Stage(new RunEvent.Paused($"The model cannot be used now: {failure.Message}", failure));
                await run.FlushAsync(stop);
                return DriveEnd.Paused;
            case TurnEnd.Finished(var outcome):
                await FinishAsync(run, outcome, stop);
                return DriveEnd.Ended;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private async ValueTask StartAsync(OpenRun run, ImmutableArray<ChildRun> children, CancellationToken stop)
    {
        await run.FlushAsync(stop);
        foreach (var child in children)
        {
            // The child is recorded first: a child that its parent knows of exists. One that exists already keeps the budget it was given.
            var id = run.Id.Child(child.Key);
            RunEvent started = new RunEvent.Started(child.Definition, child.Input) { At = ports.Time.GetUtcNow() };
            var appended = await ports.Journal.AppendAsync(id, 0, [started], stop);
            if (appended.Won) ports.Feed.Publish(id, 0, [started]);
            var allotment = appended.Won ? child.Allotment : (await OpenRun.LoadAsync(id, ports.Journal, stop)).Budget;
            run.Stage(new RunEvent.ChildStarted(child.Key, allotment));
        }

        await run.FlushAsync(stop);
        foreach (var child in children) await ports.Queue.EnqueueAsync(run.Id.Child(child.Key), stop);
    }

    /// <summary>Takes in the children that have ended; false when none had.</summary>
    private async ValueTask<bool> CollectAsync(OpenRun run, CancellationToken stop)
    {
        var any = false;
        foreach (var child in run.State.Children)
        {
            var state = await OpenRun.LoadAsync(run.Id.Child(child.Key), ports.Journal, stop);
            if (state.Outcome is not { } outcome) continue;
            run.Stage(new RunEvent.ChildFinished(
                child.Key, outcome with { Output = Bounded.Middle(outcome.Output, RunLimits.ChildOutput) }, state.Spent, Evidence.Of(state), [.. state.Doubts]));
            any = true;
        }

        return any;
    }

    private async ValueTask CancelAsync(RunId id, string author, string reason, CancellationToken stop)
    {
        var run = new OpenRun(await OpenRun.LoadAsync(id, ports.Journal, stop), ports.Journal, ports.Feed, ports.Time);
        if (run.State.HasEnded || run.State.Cancel is not null) return;
        if (run.State.Paused is not null) run.Stage(new RunEvent.Resumed(name));
        run.Stage(new RunEvent.CancelRequested(author, reason));
        try
        {
            await run.FlushAsync(stop);
        }
        catch (RunTakenException)
        {
            // Its driver moved it on meanwhile; the next look at the children tries again.
        }

        await ports.Queue.EnqueueAsync(id, stop);
    }

    private async ValueTask FinishAsync(OpenRun run, RunOutcome outcome, CancellationToken stop)
    {
        run.Stage(new RunEvent.Ended(outcome));
        run.Owe(_audit.EndedAsync(run.Id, run.State.Definition!, outcome.Status, stop));
        await run.FlushAsync(stop);
        RunEnded(run.Id, outcome.Status);
        if (run.Id.Parent is { } parent) await ports.Queue.EnqueueAsync(parent, stop);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Driving run {Run} failed.")]
    private partial void DriverFailed(RunId run, Exception bug);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Run {Run} ended as {Status}.")]
    private partial void RunEnded(RunId run, RunStatus status);
}

/// <summary>Why a driver let go of a run.</summary>
public enum DriveEnd
{
    Ended,

    /// <summary>A person, the client or a child has to act first.</summary>
    Waiting,

    /// <summary>The model cannot be reached; it goes on when it is taken over.</summary>
    Paused,

    /// <summary>Another driver has it, or there is no such run.</summary>
    Taken,
}
