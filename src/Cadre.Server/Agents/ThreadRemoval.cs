using Cadre.Engine.Runs;
using Cadre.Server.Agents.Sessions;
using Cadre.Server.Hosting;
using Cadre.Server.Threads;
using Cadre.Storage.Documents;

namespace Cadre.Server.Agents;

/// <summary>Removes a thread with all that lies in it. A run that is open is cancelled first.</summary>
internal static class ThreadRemoval
{
    /// <summary>How long it waits for the run that it cancels.</summary>
    private static readonly TimeSpan EndOfRun = TimeSpan.FromSeconds(10);

    /// <exception cref="Http.ApiException">409: the run has not ended in time.</exception>
    public static async ValueTask RemoveAsync(ServerContext context, Scope scope, string thread, string author, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, context.Stopping);
        limit.CancelAfter(EndOfRun);
        while (true)
        {
            var waiting = (await context.Store.ListAsync(scope, new(QueuedInput.Kind) { Parent = thread, Limit = SessionQueue.MaxWaiting }, cancellationToken))!.Items;
            Change[] changes =
            [
                .. waiting.Select(document => new Change.Delete(scope, QueuedInput.Kind, document.Id)),
                new Change.RequireIdle(thread),
                new Change.Delete(scope, ThreadStore.ThreadKind, thread),
            ];
            if ((await context.Store.CommitAsync(changes, cancellationToken)).Won) return;
            if (await context.Runs.ActiveAsync(thread, cancellationToken) is not { } active) continue;
            await context.Runs.Control.CancelAsync(active.Run, author, "The thread was deleted.", cancellationToken);
            await EndOfAsync(context, active.Run, limit.Token);
        }
    }

    private static async Task EndOfAsync(ServerContext context, RunId run, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var item in context.Runs.Feed.ReadAsync(run, 0, cancellationToken))
            {
                if (item is FeedItem.Fact { Event: RunEvent.Ended }) return;
            }
        }
        catch (OperationCanceledException)
        {
            throw AgentErrors.Conflict("What runs there is being cancelled; delete it when it has ended.");
        }
    }
}
