using Cadre.Storage.Documents;
using Cadre.Storage.Sqlite;
using Cadre.Storage.Tests.Documents;
using Cadre.Testing;

namespace Cadre.Storage.Tests.Sqlite;

public class SqliteStoreContract : StoreContract
{
    private readonly TemporaryDirectory _directory = new();
    private SqliteStore? _store;

    protected virtual SqliteOptions Options => new();

    protected override async ValueTask<IStore> CreateAsync() => _store = await SqliteStore.OpenAsync(_directory.Root, Options, TimeProvider.System, Samples.Cancellation);

    protected override async ValueTask<IStore> ReopenAsync()
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
public sealed class SqliteStoreContractInTightQuarters : SqliteStoreContract
{
    protected override SqliteOptions Options => SqliteJournalContractInTightQuarters.Tight;
}
