using System.Runtime.CompilerServices;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;
using Cadre.Storage.Durable;

namespace Cadre.Storage.Jsonl;

/// <summary>
/// A journal of one file per run, <c>run-ID.jsonl</c>, in a state directory that one process holds at a time. Appends of all runs are made durable
/// together in a write-ahead log, with one sync; the run files follow a moment later. docs/journal.md has the format and the reasons.
/// </summary>
public sealed class JsonlJournal : IJournal, IAsyncDisposable
{
    private const string LockName = "lock";
    private readonly string _directory;
    private readonly JsonlOptions _options;
    private readonly StateLock _lock;
    private readonly KnownRuns _runs;
    private readonly WriteAheadLog _log;
    private readonly Checkpointer _checkpointer;
    private readonly CommitQueue<AppendEntry, AppendResult> _queue;
    private readonly List<RunFile> _touched = [];
    private int _disposed;

    private JsonlJournal(string directory, JsonlOptions options, StateLock stateLock, TimeProvider time)
    {
        (_directory, _options, _lock) = (directory, options, stateLock);
        _runs = new(directory, options);
        _log = new(directory, options);
        _queue = new("journal commit", new(options.WaitingAppends, options.WaitingBytes), Commit, Unavailable);
        _checkpointer = new(directory, options, _log, time, _queue.Fail);
    }

    /// <summary>Opens a state directory for writing, and creates it if there is none. What a crash left unfinished is finished.</summary>
    /// <exception cref="StateLockedException">Another process holds the directory.</exception>
    /// <exception cref="JournalUnavailableException">What a crash left in the log cannot be written to the run files; nothing of it is lost.</exception>
    public static ValueTask<JsonlJournal> OpenAsync(string stateDirectory, JsonlOptions? options, TimeProvider time, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        options ??= new();
        var directory = Path.GetFullPath(stateDirectory);
        StateLock? stateLock = null;
        try
        {
            DurableFile.CreateDirectory(options.Disk, directory);
            stateLock = StateLock.Acquire(Path.Combine(directory, LockName));
            WalRecovery.Run(directory, options.Disk);
            return new(new JsonlJournal(directory, options, stateLock, time));
        }
        catch (Exception failure)
        {
            stateLock?.Dispose();
            if (failure is IOException and not StateLockedException) throw Unavailable(failure);
            throw;
        }
    }

    /// <summary>Reads beside a running writer: takes no lock, changes nothing, and sees what was durable at the call, and what follows a moment late.</summary>
    public static ValueTask<ReadOnlyJsonlJournal> OpenReadOnlyAsync(string stateDirectory, JsonlOptions? options, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(new ReadOnlyJsonlJournal(Path.GetFullPath(stateDirectory), options ?? new()));
    }

    /// <summary>The process that has the directory open for writing; null when none has.</summary>
    public static int? FindHolder(string stateDirectory) => StateLock.FindHolder(Path.Combine(Path.GetFullPath(stateDirectory), LockName));

    /// <inheritdoc/>
    /// <remarks>Cancelling helps only while the queue is full. A run whose file is damaged throws <see cref="JournalDamagedException"/>.</remarks>
    public ValueTask<AppendResult> AppendAsync(RunId run, long expectedVersion, IReadOnlyList<RunEvent> events, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(expectedVersion);
        ArgumentOutOfRangeException.ThrowIfZero(events.Count);
        if (_queue.Failure is { } failure) throw failure;
        cancellationToken.ThrowIfCancellationRequested();
        var file = _runs.Enter(run);
        AppendEntry entry;
        try
        {
            entry = AppendEntry.Create(file, expectedVersion, events, _options.LineLimit);
        }
        catch
        {
            file.Leave();
            throw;
        }

        return _queue.AppendAsync(entry, cancellationToken);
    }

    public IAsyncEnumerable<RunEvent> ReadAsync(RunId run, long from, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        var (written, pending) = _runs.Find(run)?.Snapshot() ?? (long.MaxValue, []);
        return new RunFileReader(run, Path.Combine(_directory, RunFileName.Of(run)), written, pending, _options.LineLimit).ReadAsync(from, cancellationToken);
    }

    public async IAsyncEnumerable<RunId> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var runs = RunFiles.List(_directory);
        foreach (var run in _runs.All)
        {
            if (run.Snapshot() is { } seen && (seen.Written > 0 || seen.Pending.Length > 0)) runs.Add(run.Id);
        }

        foreach (var run in runs)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return run;
        }

        await ValueTask.CompletedTask;
    }

    /// <summary>Commits what waits, writes and syncs the run files, removes the log and lets the directory go.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _queue.DisposeAsync();
        await _checkpointer.DisposeAsync();
        _log.Dispose();
        _lock.Dispose();
    }

    private static Exception Unavailable(Exception failure) =>
        failure as JournalUnavailableException ?? new JournalUnavailableException($"The journal cannot make events durable: {failure.Message} Nothing more is acknowledged until it is opened again.", failure);

    private void Commit(IReadOnlyList<AppendEntry> batch)
    {
        lock (_log.Gate)
        {
            var size = 0L;
            foreach (var entry in batch) size += entry.Size;
            if (_log.Prepare(size) is { } full) _checkpointer.Checkpoint(full);
            var won = 0;
            foreach (var entry in batch) won += Log(entry) ? 1 : 0;
            if (won == 0) return;
            _log.Commit();
            foreach (var entry in batch)
            {
                if (entry.Result.Won && entry.Run.AddPending(entry.Lines)) _touched.Add(entry.Run);
            }

            _checkpointer.Add(_touched);
            _touched.Clear();
        }
    }

    private bool Log(AppendEntry entry)
    {
        var run = entry.Run;
        var won = run.Version == entry.ExpectedVersion;
        if (won)
        {
            _log.Add(entry, run.Length);
            run.Version += entry.Count;
            run.Length += entry.Lines.Length;
        }

        entry.Result = new(won, run.Version);
        return won;
    }
}
