using Cadre.Engine.Ports;
using Cadre.Storage.Sqlite;
using Cadre.Testing;

namespace Cadre.Storage.Tests.Sqlite;

public class SqliteJournalContract : JournalContract
{
    private readonly TemporaryDirectory _directory = new();
    private SqliteStore? _store;

    protected virtual SqliteOptions Options => new();

    protected override async ValueTask<IJournal> CreateAsync()
    {
        _store = await SqliteStore.OpenAsync(_directory.Root, Options, TimeProvider.System, Samples.Cancellation);
        return _store.Journal;
    }

    protected override async ValueTask<IJournal> ReopenAsync()
    {
        await _store!.DisposeAsync();
        return await CreateAsync();
    }

    protected override async ValueTask DestroyAsync()
    {
        await _store!.DisposeAsync();
        _directory.Dispose();
    }
}

/// <summary>The same promises where every limit is reached all the time.</summary>
public sealed class SqliteJournalContractInTightQuarters : SqliteJournalContract
{
    public static SqliteOptions Tight { get; } = new() { WaitingCommits = 3, WaitingBytes = 2000, Readers = 1, KnownRuns = 2, CachedRuns = 2, CachedBytes = 4000 };

    protected override SqliteOptions Options => Tight;
}
