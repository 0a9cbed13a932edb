using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Cadre.Knowledge.Index;

/// <summary>The open file of one vector store: one writer, and some readers beside it. SQLite works on the thread that calls it, so never on the caller's.</summary>
internal sealed class StoreFile : IDisposable
{
    private readonly string _store;
    private readonly string _path;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly SemaphoreSlim _reading;
    private readonly ConcurrentBag<StoreReader> _readers = [];
    private readonly StoreWriter _writer;
    private bool _recovered;

    /// <exception cref="KnowledgeDamagedException"/>
    public StoreFile(string store, string path, int maxReaders, VectorBudget budget, string session)
    {
        (_store, _path, _reading) = (store, path, new SemaphoreSlim(maxReaders));
        Vectors = new VectorCache(budget);
        _writer = Guarded(() => new StoreWriter(Connections.OpenWriter(store, path), Vectors, session));
    }

    public VectorCache Vectors { get; }

    public async Task<T> WriteAsync<T>(Func<StoreWriter, T> write, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(
                () => Guarded(() =>
                {
                    if (!_recovered) _writer.Recover();
                    _recovered = true;
                    return write(_writer);
                }),
                CancellationToken.None);
        }
        finally
        {
            _writing.Release();
        }
    }

    public async Task<T> ReadAsync<T>(Func<StoreReader, T> read, CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(() => Guarded(() => Read(read)), CancellationToken.None);
        }
        finally
        {
            _reading.Release();
        }
    }

    private T Read<T>(Func<StoreReader, T> read)
    {
        if (!_readers.TryTake(out var reader)) reader = new StoreReader(Connections.OpenReader(_path));
        var keeps = false;
        try
        {
            reader.Enter();
            var result = read(reader);
            reader.Leave();
            keeps = true;
            return result;
        }
        finally
        {
            if (keeps) _readers.Add(reader);
            else reader.Dispose();
        }
    }

    private T Guarded<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (SqliteException damage) when (Connections.IsDamage(damage))
        {
            throw new KnowledgeDamagedException(_store, "is damaged", damage);
        }
    }

    public void Dispose()
    {
        foreach (var reader in _readers) reader.Dispose();
        _writer.Dispose();
        Vectors.Dispose();
        _writing.Dispose();
        _reading.Dispose();
    }
}
