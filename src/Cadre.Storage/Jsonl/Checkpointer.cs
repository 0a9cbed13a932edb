namespace Cadre.Storage.Jsonl;

/// <summary>
/// The one thread that writes run files. It lets lines gather for a moment, since many small writes cost more than one; it syncs the files when a
/// segment of the log is full, when nothing happens, and at the end.
/// </summary>
internal sealed class Checkpointer : IAsyncDisposable
{
    private readonly object _gate = new();
    private readonly string _directory;
    private readonly JsonlOptions _options;
    private readonly WriteAheadLog _log;
    private readonly Action<Exception> _failed;
    private readonly ITimer _idle;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<RunFile> _unsynced = [];
    private readonly Queue<RunFile> _open = [];
    private List<RunFile> _waiting = [];
    private WalSegment? _full;
    private bool _isIdle;
    private bool _closing;

    public Checkpointer(string directory, JsonlOptions options, WriteAheadLog log, TimeProvider time, Action<Exception> failed)
    {
        (_directory, _options, _log, _failed) = (directory, options, log, failed);
        _idle = time.CreateTimer(_ => BecomeIdle(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        new Thread(Run) { Name = "journal checkpoint", IsBackground = true }.Start();
    }

    /// <summary>Runs that have lines waiting now and had none before.</summary>
    public void Add(List<RunFile> runs)
    {
        lock (_gate)
        {
            if (_waiting.Count == 0) Monitor.Pulse(_gate);
            _waiting.AddRange(runs);
        }
    }

    /// <summary>Every line of the segment has been given to its run before this is called.</summary>
    public void Checkpoint(WalSegment full)
    {
        lock (_gate)
        {
            _full = full;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Writes and syncs all, and removes the log. Nobody may append any more.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _closing = true;
            Monitor.Pulse(_gate);
        }

        await _ended.Task;
        await _idle.DisposeAsync();
    }

    private void BecomeIdle()
    {
        lock (_gate)
        {
            _isIdle = true;
            Monitor.Pulse(_gate);
        }
    }

    private void Run()
    {
        try
        {
            while (Round()) { }
            SyncAll();
            _log.Delete(_directory);
        }
        catch (Exception failure)
        {
            // The log keeps what is missing in the files; whoever opens the directory next writes it there.
            _log.Fail(failure);
            _failed(failure);
        }

        while (_open.TryDequeue(out var run)) run.Close();
        _ended.SetResult();
    }

    private bool Round()
    {
        List<RunFile> waiting;
        WalSegment? full;
        bool isIdle;
        lock (_gate)
        {
            while (_waiting.Count == 0 && !HasOrders) Monitor.Wait(_gate);
            if (!HasOrders) Monitor.Wait(_gate, _options.FlushDelay);
            if (_closing && _waiting.Count == 0) return false;
            (waiting, _waiting) = (_waiting, []);
            (full, _full) = (_full, null);
            (isIdle, _isIdle) = (_isIdle, false);
        }

        foreach (var run in waiting) Flush(run);
        if (full is null && isIdle && waiting.Count == 0)
        {
            lock (_log.Gate) full = _log.TurnOverIdle();
            if (full is not null) FlushWaiting();
        }

        if (full is not null)
        {
            SyncAll();
            full.Clear(_options.SegmentBytes);
            _log.Free();
        }

        if (waiting.Count > 0) _idle.Change(_options.IdleCheckpoint, Timeout.InfiniteTimeSpan);
        return true;
    }

    private bool HasOrders => _full is not null || _isIdle || _closing;

    private void FlushWaiting()
    {
        List<RunFile> waiting;
        lock (_gate) (waiting, _waiting) = (_waiting, []);
        foreach (var run in waiting) Flush(run);
    }

    private void Flush(RunFile run)
    {
        var wasOpen = run.IsOpen;
        var wasUnsynced = run.IsUnsynced;
        run.Flush(_options.Disk);
        if (!wasUnsynced && run.IsUnsynced) _unsynced.Add(run);
        if (wasOpen || !run.IsOpen) return;
        _open.Enqueue(run);
        while (_open.Count > _options.OpenFiles) _open.Dequeue().Close();
    }

    private void SyncAll()
    {
        var created = false;
        foreach (var run in _unsynced)
        {
            run.Sync(_options.Disk);
            created |= run.IsNew;
            run.IsNew = false;
        }

        _unsynced.Clear();
        if (created) _options.Disk.SyncDirectory(_directory);
    }
}
