using System.Collections.Concurrent;
using System.Collections.Immutable;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Server.Hosting;
using Cadre.Server.Runs;
using Cadre.Server.Threads;
using Cadre.Storage.Documents;
using Microsoft.Extensions.Logging;

namespace Cadre.Server.Agents.Sessions;

/// <summary>
/// Input of sessions in its order. What comes while a turn runs is recorded, and becomes a turn of its own when the thread is free, also after a restart.
/// </summary>
internal sealed partial class SessionQueue(ServerContext context, SessionRuns runs)
{
    /// <summary>Inputs that may wait in a session.</summary>
    public const int MaxWaiting = 100;

    /// <summary>Attempts to start a turn that the store refuses: another run may have ended in between.</summary>
    private const int MaxRefusals = 5;

    /// <summary>Inputs read at a time at the start.</summary>
    private const int Batch = 500;

    private readonly ILogger _logger = context.Parts.Log.CreateLogger<SessionQueue>();
    private readonly ConcurrentDictionary<string, Task> _pumps = new(StringComparer.Ordinal);

    /// <summary>Gives a session input. The turn has started on return, or waits for those before it.</summary>
    public async ValueTask<RunId> GiveAsync(SessionRecord session, Owner owner, ImmutableArray<ThreadItem> items, CancellationToken cancellationToken)
    {
        var turn = context.Ids.NewRun();
        if ((await WaitingAsync(session.Id, cancellationToken)).Count == 0
            && await runs.StartAsync(turn, session, owner, order => order with { Given = items }, cancellationToken) is RunStart.Started) return turn;

        if ((await WaitingAsync(session.Id, cancellationToken)).Count >= MaxWaiting) throw AgentErrors.Conflict($"The session has {MaxWaiting} inputs that wait for their turn.");
        var queued = QueuedInput.Document(new(items), turn.ToString(), session.Id, owner, context.Time.GetUtcNow());
        await context.Store.CommitAsync([new Change.Create(queued)], cancellationToken);
        Pump(session.Id);
        return turn;
    }

    /// <summary>Input that waits, oldest first.</summary>
    public async ValueTask<IReadOnlyList<Document>> WaitingAsync(string session, CancellationToken cancellationToken) =>
        (await context.Store.ListAsync(Scope.Everything, new(QueuedInput.Kind) { Parent = session, Descending = false, Limit = MaxWaiting }, cancellationToken))?.Items ?? [];

    /// <summary>Takes up what waited when a former process ended.</summary>
    public async Task ResumeAsync(CancellationToken stopping)
    {
        string? after = null;
        while (await context.Store.ListAsync(Scope.Everything, new(QueuedInput.Kind) { Descending = false, Limit = Batch, After = after }, stopping) is { } page)
        {
            foreach (var session in page.Items.Select(document => document.Parent).OfType<string>().Distinct()) Pump(session);
            if (!page.HasMore) return;
            after = page.Items[^1].Id;
        }
    }

    /// <summary>One pump at a time works on a session; one that was asked for meanwhile follows it, so that nothing is left lying.</summary>
    private void Pump(string session)
    {
        Task pump = null!;
        pump = _pumps.AddOrUpdate(session, _ => StartAsync(Task.CompletedTask), (_, former) => StartAsync(former));
        pump.ContinueWith(_ => _pumps.TryRemove(new(session, pump)), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

        Task StartAsync(Task former) => Task.Run(async () =>
        {
            await former;
            await PumpAsync(session);
        });
    }

    private async Task PumpAsync(string session)
    {
        try
        {
            var refusals = 0;
            while (await WaitingAsync(session, context.Stopping) is [var next, ..])
            {
                if (await context.Runs.ActiveAsync(session, context.Stopping) is { } active) await EndOfAsync(active.Run);
                else if (await StartAsync(session, next) is not { } refused) refusals = 0;
                else if (++refusals == MaxRefusals)
                {
                    NotStarted(next.Id, session, refused);
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (context.Stopping.IsCancellationRequested)
        {
            // What waits is taken up by the next process.
        }
        catch (Exception failure)
        {
            Stuck(session, failure);
        }
    }

    /// <summary>The change that the store refused; null when it was started, or found the thread busy.</summary>
    private async ValueTask<int?> StartAsync(string id, Document next)
    {
        var scope = Scope.Of(next.Owner);
        var taken = new Change.Delete(scope, QueuedInput.Kind, next.Id);
        if (await context.Store.GetAsync(scope, SessionRecord.Kind, id, context.Stopping) is not { } document || !RunId.TryParse(next.Id, null, out var turn))
            return (await context.Store.CommitAsync([taken], context.Stopping)).Refused;
        var started = await runs.StartAsync(turn, SessionRecord.Read(document), next.Owner, order => order with { Given = QueuedInput.Read(next).Items, Before = [taken] }, context.Stopping);
        return started is RunStart.Refused refused ? refused.Change : null;
    }

    private async Task EndOfAsync(RunId run)
    {
        await foreach (var item in context.Runs.Feed.ReadAsync(run, 0, context.Stopping))
        {
            if (item is FeedItem.Fact { Event: RunEvent.Ended }) return;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Input of session {Session} waits until the server starts again.")]
    private partial void Stuck(string session, Exception failure);

    [LoggerMessage(Level = LogLevel.Error, Message = "Turn {Turn} of session {Session} cannot start: the store refuses change {Change}.")]
    private partial void NotStarted(string turn, string session, int change);
}
