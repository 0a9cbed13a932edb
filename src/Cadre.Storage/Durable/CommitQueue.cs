namespace Cadre.Storage.Durable;

/// <summary>
/// Group commit: many writers, one thread that makes what has gathered durable in one go, and then tells all of them. While it syncs one batch the
/// next one gathers. The first failure is final: whoever waits and whoever comes later is told of it, and nothing is tried again.
/// </summary>
public sealed class CommitQueue<TEntry, TResult> : IAsyncDisposable
    where TEntry : CommitEntry<TResult>
{
    /// <summary>How long the next batch waits for writers of the last one that do something else first.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(1);

    private readonly object _gate = new();
    private readonly Action<object> _told;
    private readonly CommitLimits _limits;
    private readonly Action<IReadOnlyList<TEntry>> _commit;
    private readonly Func<Exception, Exception> _failed;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private List<TEntry> _gathering = [];
    private long _bytes;
    private bool _sleeping;
    private object? _telling;
    private bool _closing;
    private Exception? _failure;
    private TaskCompletionSource? _room;

    /// <param name="commit">Makes a batch durable and sets the results, or throws. Called on one thread, one batch at a time.</param>
    /// <param name="failed">Turns what <paramref name="commit"/> threw into what writers are told.</param>
    public CommitQueue(string name, CommitLimits limits, Action<IReadOnlyList<TEntry>> commit, Func<Exception, Exception> failed)
    {
        _limits = limits;
        _commit = commit;
        _failed = failed;
        _told = Told;
        new Thread(Run) { Name = name, IsBackground = true }.Start();
    }

    public Exception? Failure => Volatile.Read(ref _failure);

    /// <summary>Completes when the entry's batch is durable. Cancelling helps only while the queue is full: what is in the queue will be written.</summary>
    public ValueTask<TResult> AppendAsync(TEntry entry, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (TryAdd(entry)) return entry.Completion;
        }

        return WaitForRoomAsync(entry, cancellationToken);
    }

    /// <summary>Stops acknowledging for good.</summary>
    public void Fail(Exception cause)
    {
        List<TEntry> waiting;
        lock (_gate)
        {
            _failure ??= _failed(cause);
            waiting = _gathering;
            _gathering = [];
            _bytes = 0;
            TellOfRoom();
            Monitor.PulseAll(_gate);
        }

        foreach (var entry in waiting) entry.Fail(_failure);
    }

    /// <summary>Commits what is in the queue and ends the thread.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _closing = true;
            TellOfRoom();
            Monitor.PulseAll(_gate);
        }

        await _ended.Task;
    }

    private async ValueTask<TResult> WaitForRoomAsync(TEntry entry, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task room;
            ValueTask<TResult>? completion = null;
            lock (_gate)
            {
                if (TryAdd(entry)) completion = entry.Completion;
                room = (_room ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            if (completion is { } added) return await added;
            try
            {
                await room.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                entry.Release();
                throw;
            }
        }
    }

    private bool TryAdd(TEntry entry)
    {
        if (_failure is not null || _closing)
        {
            entry.Release();
            throw _failure ?? new ObjectDisposedException(GetType().Name);
        }

        if (_gathering.Count > 0 && (_gathering.Count >= _limits.Entries || _bytes + entry.Size > _limits.Bytes)) return false;
        _gathering.Add(entry);
        _bytes += entry.Size;
        if (_telling is null) Wake();
        return true;
    }

    private void Wake()
    {
        if (!_sleeping) return;
        _sleeping = false;
        Monitor.Pulse(_gate);
    }

    private void Run()
    {
        var batch = new List<TEntry>();
        while (Take(ref batch))
        {
            try
            {
                _commit(batch);
            }
            catch (Exception failure)
            {
                Fail(failure);
                foreach (var entry in batch) entry.Fail(_failure!);
                batch.Clear();
                continue;
            }

            Tell(batch);
            batch = new(batch.Count);
        }

        _ended.SetResult();
    }

    /// <summary>
    /// Whoever was just told is likely to append again at once: the batch waits for them, or else two halves would take turns and each pay a sync.
    /// </summary>
    private bool Take(ref List<TEntry> batch)
    {
        lock (_gate)
        {
            while (_gathering.Count == 0 || _telling is not null)
            {
                if (_closing && _gathering.Count == 0) return false;
                _sleeping = true;
                if (_telling is null) Monitor.Wait(_gate);
                else if (!Monitor.Wait(_gate, Patience)) _telling = null;
            }

            _sleeping = false;
            (batch, _gathering) = (_gathering, batch);
            _bytes = 0;
            TellOfRoom();
            return true;
        }
    }

    private void Tell(List<TEntry> batch)
    {
        var completion = new BatchCompletion<TEntry, TResult>(batch, _told);
        if (batch.Count > 1)
        {
            lock (_gate) _telling = completion;
        }

        completion.Start();
    }

    private void Told(object completion)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(_telling, completion)) return;
            _telling = null;
            if (_gathering.Count > 0) Wake();
        }
    }

    private void TellOfRoom()
    {
        _room?.SetResult();
        _room = null;
    }
}

/// <summary>What may gather while a batch is being written; writers wait beyond it. A single entry may be larger.</summary>
public readonly record struct CommitLimits(int Entries, long Bytes);
