using Cadre.Storage.Documents;
using Cadre.Storage.Sqlite;
using Cadre.Storage.Tests.Documents;
using Cadre.Testing;

namespace Cadre.Storage.Tests.Sqlite;

public sealed class SqliteStoreContract : StoreContract
{
    private readonly TemporaryDirectory _directory = new();
    private SqliteStore? _store;

    protected override async ValueTask<IStore> CreateAsync() => _store = await SqliteStore.OpenAsync(_directory.Root, null, TimeProvider.System, Samples.Cancellation);

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
