using System.Threading.Channels;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;
using Cadre.Server.Hosting;
using Cadre.Storage.Documents;
using Microsoft.Extensions.Logging;

namespace Cadre.Server.ChatCompletions;

/// <summary>
/// Ends and forgets the runs behind answers that nobody can ask for again. Those whose server died before it came to that are found at the next start.
/// </summary>
internal sealed partial class AnsweredRuns(ServerContext context)
{
    /// <summary>Runs that wait to be forgotten; what is beyond is found at the next start.</summary>
    private const int Backlog = 10_000;

    /// <summary>Runs forgotten in one transaction.</summary>
    private const int Batch = 100;

    /// <summary>For a run to end after it was told to.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly DateTimeOffset _startedAt = context.Time.GetUtcNow();
    private readonly Channel<(RunId Run, bool Ended)> _answered =
        Channel.CreateBounded<(RunId, bool)>(new BoundedChannelOptions(Backlog) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private readonly ILogger _logger = context.Parts.Log.CreateLogger<AnsweredRuns>();

    public void Add(RunId run, bool ended) => _answered.Writer.TryWrite((run, ended));

    public async Task RunAsync(CancellationToken stopping)
    {
        await ForgetLeftAsync(stopping);
        while (await _answered.Reader.WaitToReadAsync(stopping))
        {
            var batch = new List<(RunId, bool)>();
            while (batch.Count < Batch && _answered.Reader.TryRead(out var answered)) batch.Add(answered);
            await ForgetAsync(batch, stopping);
        }
    }

    private async Task ForgetLeftAsync(CancellationToken stopping)
    {
        RunId? after = null;
        while (true)
        {
            var page = await context.Store.ListRunsAsync(Scope.Everything, new() { Face = ChatRequest.Face, Limit = Batch, After = after, Descending = false }, stopping);
            await ForgetAsync([.. page.Where(run => run.StartedAt < _startedAt).Select(run => (run.Run, run.Ended))], stopping);
            if (page.Count < Batch || page[^1].StartedAt >= _startedAt) return;
            after = page[^1].Run;
        }
    }

    private async Task ForgetAsync(List<(RunId Run, bool Ended)> batch, CancellationToken stopping)
    {
        try
        {
            var ended = await Task.WhenAll(batch.Select(async answered => (answered.Run, Ended: answered.Ended || await EndAsync(answered.Run, stopping))));
            await context.Store.CommitAsync([.. ended.Where(run => run.Ended).Select(run => new Change.Forget(run.Run))], stopping);
        }
        catch (StoreUnavailableException unavailable)
        {
            NotForgotten(batch.Count, unavailable);
        }
    }

    private async Task<bool> EndAsync(RunId run, CancellationToken stopping)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        patience.CancelAfter(Patience);
        try
        {
            await context.Runs.Control.CancelAsync(run, "system", "The caller was answered, or is gone.", patience.Token);
            await foreach (var item in context.Runs.Feed.ReadAsync(run, 0, patience.Token))
            {
                if (item is FeedItem.Fact { Event: RunEvent.Ended }) return true;
            }
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            // It is looked at again at the next start.
        }

        return false;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} answered chat runs are forgotten at the next start only.")]
    private partial void NotForgotten(int count, Exception unavailable);
}
