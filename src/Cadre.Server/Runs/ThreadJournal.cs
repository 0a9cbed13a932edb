using System.Collections.Concurrent;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;
using Cadre.Server.Accounting;
using Cadre.Server.Threads;
using Cadre.Storage.Documents;

namespace Cadre.Server.Runs;

/// <summary>
/// The store's journal as the engine sees it on a server: what a run says and does becomes items of its thread in the transaction that records it, so the two
/// never disagree. What it took is recorded with its end.
/// </summary>
internal sealed class ThreadJournal(IStore store) : IJournal
{
    /// <summary>Timelines kept of runs that are being driven; one that was let go of is folded again.</summary>
    private const int Kept = 4_096;

    private readonly ConcurrentDictionary<RunId, RunTimeline> _timelines = new();

    public ValueTask<AppendResult> AppendAsync(RunId run, long expectedVersion, IReadOnlyList<RunEvent> events, CancellationToken cancellationToken) =>
        AppendAsync(run, expectedVersion, events, [], cancellationToken);

    public async ValueTask<AppendResult> AppendAsync(RunId run, long expectedVersion, IReadOnlyList<RunEvent> events, IReadOnlyList<JointEffect> effects, CancellationToken cancellationToken)
    {
        var ends = run.Parent is null && events[^1] is RunEvent.Ended;
        var writes = ends || (run.Parent is null && events.Any(ThreadWriter.Writes));
        var timeline = writes ? await TakeAsync(run, expectedVersion, cancellationToken) : null;
        var thread = timeline?.Definition.Thread;
        if (thread is null && effects.Count == 0 && !(ends && timeline is not null)) return await store.Journal.AppendAsync(run, expectedVersion, events, cancellationToken);

        var changes = new List<Change> { new Change.Append(run, expectedVersion, events) };
        if (timeline is not null)
        {
            foreach (var @event in events)
            {
                timeline.Add(@event);
                if (thread is null) continue;
                foreach (var item in ThreadWriter.Items(timeline, @event)) changes.Add(new Change.Put(ThreadStore.Document(item, thread, timeline.Definition.Owner)));
            }
        }

        var usage = ends && timeline is not null ? RunUsage.Of(timeline) : null;
        if (usage is not null) changes.Add(new Change.Create(usage.Document(timeline!)));
        var own = changes.Count;
        foreach (var effect in effects) changes.AddRange(((JointChanges)effect).Changes);
        var committed = await store.CommitAsync(changes, cancellationToken);
        if (committed.Won && usage is not null) UsageMetrics.Ended(timeline!, usage);
        if (committed.Won && timeline is { State.HasEnded: false } && thread is not null && _timelines.Count < Kept) _timelines[run] = timeline;
        return new(committed.Won, committed.Won ? expectedVersion + events.Count : expectedVersion) { EffectRefused = committed.Refused >= own };
    }

    public IAsyncEnumerable<RunEvent> ReadAsync(RunId run, long from, CancellationToken cancellationToken) => store.Journal.ReadAsync(run, from, cancellationToken);

    public IAsyncEnumerable<RunId> ListAsync(CancellationToken cancellationToken) => store.Journal.ListAsync(cancellationToken);

    /// <summary>The run's timeline at exactly this version, in nobody else's hands; null when the run is not there yet or is not at it.</summary>
    private async ValueTask<RunTimeline?> TakeAsync(RunId run, long version, CancellationToken cancellationToken)
    {
        var timeline = _timelines.TryRemove(run, out var kept) && kept.State.Version <= version ? kept : new RunTimeline(run);
        await foreach (var @event in store.Journal.ReadAsync(run, timeline.State.Version, cancellationToken))
        {
            if (timeline.State.Version == version) break;
            timeline.Add(@event);
        }

        return timeline.State.Version == version && timeline.State.Definition is not null ? timeline : null;
    }
}
