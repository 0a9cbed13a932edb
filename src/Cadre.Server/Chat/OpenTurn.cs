using Cadre.Engine.Runs;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Runs;
using Cadre.Storage.Documents;

namespace Cadre.Server.Chat;

/// <summary>Ends an answer that is being written; what was said so far stays.</summary>
internal static class OpenTurn
{
    private static readonly TimeSpan EndOfRun = TimeSpan.FromSeconds(10);

    /// <param name="run">Given all its facts, up to its end.</param>
    /// <exception cref="ApiException">409: it has not ended in time.</exception>
    public static async ValueTask CancelAsync(ServerContext context, RunTimeline run, string author, string reason, CancellationToken cancellationToken)
    {
        if (await context.Runs.Control.CancelAsync(run.Run, author, reason, cancellationToken) == CommandResult.Done
            && (await context.Runs.LoadAsync(Scope.Everything, run.Run, cancellationToken))?.State.Paused is not null)
        {
            // Nobody drives a paused run: it goes on to its end.
            await context.Runs.Control.ResumeAsync(run.Run, author, cancellationToken);
        }

        using var limit = new CancellationTokenSource(EndOfRun, context.Time);
        using var left = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken, context.Stopping);
        try
        {
            await foreach (var item in context.Runs.Feed.ReadAsync(run.Run, run.State.Version, left.Token))
            {
                if (item is FeedItem.Fact fact) run.Add(fact.Event);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw ApiException.Conflict("The answer is being cancelled; try again when it has ended.", "conversation_busy");
        }
    }
}
