using Cadre.Engine.Ports;
using Cadre.Engine.Runs;
using Cadre.Storage.Documents;

namespace Cadre.Server.Runs;

/// <summary>The store's journal for one append that is recorded together with other changes: all or nothing.</summary>
internal sealed class JointJournal(IStore store, IReadOnlyList<Change> before, IReadOnlyList<Change> after) : IJournal
{
    /// <summary>Index of the refused change among before, append and after; null when all were made.</summary>
    public int? Refused { get; private set; }

    public async ValueTask<AppendResult> AppendAsync(RunId run, long expectedVersion, IReadOnlyList<RunEvent> events, CancellationToken cancellationToken)
    {
        var committed = await store.CommitAsync([.. before, new Change.Append(run, expectedVersion, events), .. after], cancellationToken);
        Refused = committed.Refused;
        return new(committed.Won, committed.Won ? expectedVersion + events.Count : expectedVersion);
    }

    public IAsyncEnumerable<RunEvent> ReadAsync(RunId run, long from, CancellationToken cancellationToken) => store.Journal.ReadAsync(run, from, cancellationToken);

    public IAsyncEnumerable<RunId> ListAsync(CancellationToken cancellationToken) => store.Journal.ListAsync(cancellationToken);
}
