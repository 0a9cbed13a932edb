using System.Collections.Concurrent;

namespace Cadre.Knowledge.Index;

/// <summary>The vectors of a store's files in memory, within the budget that all stores share. The vectors of a file that is found never change.</summary>
internal sealed class VectorCache(VectorBudget budget) : IDisposable
{
    private readonly ConcurrentDictionary<long, FileVectors> _files = [];
    private readonly Lock _gate = new();
    private bool _disposed;

    public long LastUse { get; set; }

    public FileVectors? Find(long file) => _files.GetValueOrDefault(file);

    /// <returns>False when there is no room; nothing was kept then.</returns>
    public bool TryAdd(long file, FileVectors vectors)
    {
        if (!budget.TryTake(this, vectors.Size)) return false;
        lock (_gate)
        {
            if (!_disposed && _files.TryAdd(file, vectors)) return true;
        }

        budget.Give(vectors.Size);
        return false;
    }

    public void Forget(IEnumerable<long> files)
    {
        foreach (var file in files)
            if (_files.TryRemove(file, out var vectors)) budget.Give(vectors.Size);
    }

    public void Clear() => Forget(_files.Keys);

    public void Dispose()
    {
        lock (_gate) _disposed = true;
        Clear();
        budget.Leave(this);
    }
}

/// <param name="Chunks">Ids, in order.</param>
/// <param name="Vectors">Of each chunk, one after the other.</param>
internal sealed record FileVectors(long[] Chunks, byte[] Vectors)
{
    public long Size => Vectors.Length + Chunks.Length * sizeof(long);
}

/// <summary>Memory for the vectors of all stores. Of stores, the one that took some last stays longest.</summary>
internal sealed class VectorBudget(long maxBytes)
{
    private readonly Lock _gate = new();
    private readonly HashSet<VectorCache> _caches = [];
    private long _taken;
    private long _uses;

    public bool TryTake(VectorCache cache, long bytes)
    {
        while (true)
        {
            VectorCache? oldest;
            lock (_gate)
            {
                cache.LastUse = ++_uses;
                _caches.Add(cache);
                if (_taken + bytes <= maxBytes)
                {
                    _taken += bytes;
                    return true;
                }

                oldest = bytes > maxBytes ? null : _caches.Where(other => other != cache).MinBy(other => other.LastUse);
                if (oldest is null) return false;
                _caches.Remove(oldest);
            }

            oldest.Clear();
        }
    }

    public void Give(long bytes)
    {
        lock (_gate) _taken -= bytes;
    }

    public void Leave(VectorCache cache)
    {
        lock (_gate) _caches.Remove(cache);
    }
}
