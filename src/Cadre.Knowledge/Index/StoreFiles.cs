namespace Cadre.Knowledge.Index;

/// <summary>The stores' files: opened when they are needed, closed when there are too many, deleted when nobody uses them.</summary>
internal sealed class StoreFiles(KnowledgeOptions options) : IAsyncDisposable
{
    private const int MaxNameCharacters = 128;

    private readonly Lock _gate = new();
    private readonly VectorBudget _vectors = new(options.VectorCacheBytes);
    private readonly Dictionary<string, Slot> _open = new(StringComparer.Ordinal);
    private readonly string _session = Guid.NewGuid().ToString("n");
    private long _uses;
    private bool _disposed;

    /// <summary>Uses a store's file, which stays open meanwhile.</summary>
    /// <param name="create">False: null when the store has no file yet.</param>
    /// <exception cref="KnowledgeDamagedException"/>
    public async ValueTask<T?> UseAsync<T>(string store, bool create, Func<StoreFile, Task<T>> use, CancellationToken cancellationToken)
    {
        Slot? slot;
        while ((slot = Enter(store, create, out var closing)) is null)
        {
            if (closing is null) return default;
            await closing.WaitAsync(cancellationToken);
        }

        try
        {
            return await use(slot.File);
        }
        finally
        {
            Leave(slot);
        }
    }

    /// <summary>Waits until nobody uses the store; who comes meanwhile waits for this.</summary>
    public async ValueTask DeleteAsync(string store)
    {
        var path = PathOf(store);
        var slot = new Slot(store, null);
        while (true)
        {
            Task wait;
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                if (!_open.TryGetValue(store, out var open))
                {
                    slot.Closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    _open.Add(store, slot);
                    break;
                }

                if (open.Closed is null && open.Users == 0)
                {
                    Close(open);
                    continue;
                }

                open.Idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                wait = open.Closed?.Task ?? open.Idle.Task;
            }

            await wait;
        }

        try
        {
            if (!Directory.Exists(options.Directory)) return;
            foreach (var suffix in new[] { "", "-wal", "-shm", "-journal" }) File.Delete(path + suffix);
        }
        finally
        {
            lock (_gate) _open.Remove(store);
            slot.Closed!.SetResult();
        }
    }

    private Slot? Enter(string store, bool create, out Task? closing)
    {
        var path = PathOf(store);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            closing = null;
            if (_open.TryGetValue(store, out var slot))
            {
                // Who wants to delete the store goes first.
                closing = slot.Closed?.Task ?? slot.Idle?.Task;
                if (closing is not null) return null;
            }
            else
            {
                if (!create && !File.Exists(path)) return null;
                Directory.CreateDirectory(options.Directory);
                slot = new Slot(store, new StoreFile(store, path, options.MaxReadersPerStore, _vectors, _session));
                _open.Add(store, slot);
            }

            slot.Users++;
            slot.LastUse = ++_uses;
            CloseOldest();
            return slot;
        }
    }

    private void Leave(Slot slot)
    {
        lock (_gate)
        {
            if (--slot.Users > 0) return;
            if (slot.Idle is { } idle)
            {
                Close(slot);
                idle.SetResult();
            }

            CloseOldest();
        }
    }

    private void CloseOldest()
    {
        while (_open.Count > options.MaxOpenStores && _open.Values.Where(slot => slot is { Users: 0, Closed: null }).MinBy(slot => slot.LastUse) is { } oldest) Close(oldest);
    }

    private void Close(Slot slot)
    {
        slot.File.Dispose();
        _open.Remove(slot.Store);
    }

    // A store's name is a file's name: nothing but the characters of an id.
    private string PathOf(string store) =>
        store.Length is > 0 and <= MaxNameCharacters && store.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_')
            ? Path.Combine(options.Directory, store + ".db")
            : throw new ArgumentException($"'{store}' is not the name of a vector store.", nameof(store));

    /// <summary>Waits for what is under way.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate) _disposed = true;
        while (true)
        {
            Task wait;
            lock (_gate)
            {
                foreach (var idle in _open.Values.Where(slot => slot is { Users: 0, Closed: null }).ToArray()) Close(idle);
                if (_open.Values.FirstOrDefault() is not { } busy) return;
                busy.Idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                wait = busy.Closed?.Task ?? busy.Idle.Task;
            }

            await wait;
        }
    }

    private sealed class Slot(string store, StoreFile? file)
    {
        public string Store => store;

        public StoreFile File => file!;

        public int Users { get; set; }

        public long LastUse { get; set; }

        /// <summary>Someone waits for the last user to leave; the file is closed then.</summary>
        public TaskCompletionSource? Idle { get; set; }

        /// <summary>The store is being deleted: there is no file.</summary>
        public TaskCompletionSource? Closed { get; set; }
    }
}
