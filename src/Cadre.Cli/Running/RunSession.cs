using System.Threading.Channels;
using Cadre.Cli.Hosting;
using Cadre.Cli.Rendering;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;

namespace Cadre.Cli.Running;

/// <summary>
/// Works on one run until it ends or cannot go on, while somebody watches: a worker drives, a reader of the feed shows, and this waits for
/// whichever has something to say first.
/// </summary>
internal sealed class RunSession(EngineHost engine, RunId root, IRunDisplay display, ApprovalPrompt? prompt)
{
    private readonly Channel<PendingApproval> _asked = Channel.CreateUnbounded<PendingApproval>();

    public async Task<SessionEnd> RunAsync(CancellationToken interrupted)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(interrupted);
        var watch = WatchAsync(stop.Token);
        var work = engine.WorkAsync(stop.Token);
        try
        {
            return await UntilEndAsync(watch, work, stop.Token);
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            return new SessionEnd.Interrupted();
        }
        catch (Exception broken) when (broken is JournalUnavailableException or JournalDamagedException or AuditUnavailableException)
        {
            return new SessionEnd.Broken(BrokenWorld.Describe(broken)?.Sentence ?? broken.Message);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(watch, work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await display.DisposeAsync();
        }
    }

    private async Task<SessionEnd> UntilEndAsync(Task<RunOutcome> watch, Task work, CancellationToken cancellationToken)
    {
        while (true)
        {
            var asked = prompt is null ? Task.Delay(Timeout.Infinite, cancellationToken) : _asked.Reader.WaitToReadAsync(cancellationToken).AsTask();
            await Task.WhenAny(watch, work, asked, engine.Queue.IdleAsync());
            cancellationToken.ThrowIfCancellationRequested();
            if (watch.IsCompleted) return new SessionEnd.Ended(await watch);
            if (work.IsCompleted)
            {
                await work;
                return new SessionEnd.Broken("The worker ended.");
            }

            if (prompt is not null && _asked.Reader.TryRead(out var pending))
            {
                if (!await AskAsync(prompt, pending, cancellationToken)) return await IdleEndAsync(watch, cancellationToken);
                continue;
            }

            if (!engine.Queue.IdleAsync().IsCompleted) continue;
            var tree = await RunTree.LoadAsync(engine.Journal, root, cancellationToken);
            if (tree.Root.HasEnded) return new SessionEnd.Ended(await watch);

            // What is asked while nothing else is done comes through the feed a moment later.
            if (prompt is not null && tree.Approvals.Any())
            {
                await Task.WhenAny(asked, watch, work);
                continue;
            }

            return EndOf(tree);
        }
    }

    /// <summary>Nobody decided: what else can be done is done, then the run is left parked.</summary>
    private async Task<SessionEnd> IdleEndAsync(Task<RunOutcome> watch, CancellationToken cancellationToken)
    {
        await engine.Queue.IdleAsync().WaitAsync(cancellationToken);
        var tree = await RunTree.LoadAsync(engine.Journal, root, cancellationToken);
        return tree.Root.HasEnded ? new SessionEnd.Ended(await watch) : EndOf(tree);
    }

    private static SessionEnd EndOf(RunTree tree)
    {
        if (tree.Approvals.ToArray() is { Length: > 0 } approvals) return new SessionEnd.Parked(approvals);
        if (tree.Runs.FirstOrDefault(run => !run.HasEnded && run.Paused is not null) is { } paused) return new SessionEnd.Paused(paused.Paused!.Reason);
        return new SessionEnd.Paused("Nothing can be done for the run now: it waits for somebody else.");
    }

    /// <returns>False when nobody decided.</returns>
    private async Task<bool> AskAsync(ApprovalPrompt prompt, PendingApproval pending, CancellationToken cancellationToken)
    {
        // The feed also brings what was asked and answered before; only what is open now is asked.
        var state = await engine.Control.LoadAsync(pending.Run, cancellationToken);
        var open = state is { HasEnded: false } && state.Calls.Any(call =>
            call.Request.CallId == pending.Request.CallId && call.Phase == CallPhase.AwaitingApproval && call.Asked!.Hash == pending.Asked.Hash);
        if (!open) return true;

        await using var hidden = await display.HideAsync();
        if (await prompt.AskAsync(pending, cancellationToken) is not { } decision) return false;
        await engine.Control.DecideAsync(pending.Run, pending.Request.CallId, pending.Asked.Hash, decision, cancellationToken);
        return true;
    }

    private async Task<RunOutcome> WatchAsync(CancellationToken cancellationToken)
    {
        var tree = new RunTree(root);
        await foreach (var item in engine.Feed.ReadTreeAsync(root, cancellationToken))
        {
            display.Show(tree, item);
            if (item is FeedItem.Fact { Event: RunEvent.ApprovalAsked asked } && RequestOf(tree, item.Run, asked) is { } pending)
                await _asked.Writer.WriteAsync(pending, cancellationToken);
        }

        return tree.Root.Outcome ?? throw new InvalidOperationException($"The feed of run {root} ended before the run.");
    }

    private static PendingApproval? RequestOf(RunTree tree, RunId run, RunEvent.ApprovalAsked asked) =>
        tree[run].Calls.FirstOrDefault(call => call.Request.CallId == asked.CallId) is { } call ? new(run, call.Request, asked) : null;
}
