using Cadre.Engine.Ports;
using Cadre.Engine.Runs;

namespace Cadre.Storage.Documents;

/// <summary>
/// Everything a server keeps, in one database: documents, and the journals of runs. StoreContract in Cadre.Storage.Tests states it; every
/// implementation passes it. What cannot be made durable throws <see cref="StoreUnavailableException"/>.
/// </summary>
public interface IStore : IAsyncDisposable
{
    /// <summary>The same runs that <see cref="Change.Append"/> appends to.</summary>
    IJournal Journal { get; }

    /// <summary>Makes all changes, in order, or none. When the task completes they survive a power cut.</summary>
    ValueTask<Committed> CommitAsync(IReadOnlyList<Change> changes, CancellationToken cancellationToken);

    /// <summary>Null when there is none, or when it is outside the scope.</summary>
    ValueTask<Document?> GetAsync(Scope scope, string kind, string id, CancellationToken cancellationToken);

    ValueTask<Document?> FindAsync(Scope scope, string kind, string key, CancellationToken cancellationToken);

    /// <summary>An <c>After</c> or <c>Before</c> that names no document in the scope gives null; a sorted listing is never null.</summary>
    ValueTask<DocumentPage?> ListAsync(Scope scope, DocumentQuery query, CancellationToken cancellationToken);

    /// <summary>How many documents the query finds, whatever its limit and place, by the value of a top-level string member; "" is for those without it.</summary>
    /// <param name="member">Null: all are counted under "", which is there then in any case.</param>
    ValueTask<IReadOnlyDictionary<string, long>> CountAsync(Scope scope, DocumentQuery query, string? member, CancellationToken cancellationToken);

    ValueTask<RunEntry?> GetRunAsync(Scope scope, RunId run, CancellationToken cancellationToken);

    ValueTask<IReadOnlyList<RunEntry>> ListRunsAsync(Scope scope, RunQuery query, CancellationToken cancellationToken);

    /// <summary>Removes up to <paramref name="limit"/> documents whose time has come, and returns them.</summary>
    ValueTask<IReadOnlyList<Document>> SweepAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken);

    /// <summary>Removes what forgotten runs had in common with others and nobody has any more. Returns how much that was; 0 while another call is at it.</summary>
    ValueTask<int> CollectPayloadsAsync(CancellationToken cancellationToken);

    /// <summary>A copy of the whole database as of now, in a file that must not exist; others go on meanwhile.</summary>
    ValueTask BackUpAsync(string file, CancellationToken cancellationToken);
}
