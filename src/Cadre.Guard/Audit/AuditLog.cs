using System.Buffers;
using Cadre.Engine.Ports;
using Cadre.Storage.Durable;

namespace Cadre.Guard.Audit;

/// <summary>
/// The audit log of a state directory: lines in <c>audit/</c>, chained and keyed over all files, with the head anchored outside. Entries of many
/// writers are made durable with one sync. One process at a time writes it. docs/audit.md has the format and what it does and does not prove.
/// </summary>
public sealed class AuditLog : IAudit, IAsyncDisposable
{
    /// <summary>The kind of the entry that tells of a half-written end that was cut at opening.</summary>
    public const string Repair = "audit_repaired";

    private readonly AuditPaths _paths;
    private readonly AuditOptions _options;
    private readonly AuditKey _key;
    private readonly StateLock _lock;
    private readonly TimeProvider _time;
    private readonly CommitQueue<AuditWrite, bool> _queue;
    private readonly ITimer _anchorTimer;
    private readonly Lock _gate = new();
    private readonly ArrayBufferWriter<byte> _batch = new(64 << 10);
    private readonly byte[] _mac;
    private DurableFile? _file;
    private DateOnly _day;
    private long _length;
    private long _count;
    private long _anchored;
    private bool _isTimerSet;
    private int _disposed;

    private AuditLog(AuditPaths paths, AuditOptions options, AuditKey key, StateLock stateLock, (AuditTail Tail, long Anchored) end, TimeProvider time)
    {
        (_paths, _options, _key, _lock, _time) = (paths, options, key, stateLock, time);
        (_count, _mac, _anchored) = (end.Tail.Count, end.Tail.Mac, end.Anchored);
        if (end.Tail.File is { } file)
        {
            _file = DurableFile.Open(options.Disk, file);
            _length = end.Tail.Length;
            _day = AuditPaths.Day(file) ?? default;
        }

        _anchorTimer = time.CreateTimer(_ => AnchorLate(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _queue = new("audit commit", new(options.WaitingEntries, options.WaitingBytes), Commit, Unavailable);
    }

    /// <summary>Opens the log, and begins it where there is none. An end that a crash left half written is cut, and the cut is an entry.</summary>
    /// <exception cref="AuditDamagedException">It is not what was written, or its key or head is gone: nothing may be done that it would have to hold.</exception>
    /// <exception cref="StateLockedException">Another process writes it.</exception>
    public static async ValueTask<AuditLog> OpenAsync(string stateDirectory, AuditOptions? options, TimeProvider time, CancellationToken cancellationToken)
    {
        options ??= new();
        var paths = AuditPaths.Of(stateDirectory, options.KeyFile);
        DurableFile.CreateDirectory(options.Disk, paths.StateDirectory);
        var stateLock = StateLock.Acquire(paths.Lock);
        try
        {
            DurableFile.CreateDirectory(options.Disk, paths.Folder);
            DurableFile.RemoveLeftovers(paths.Head);
            var (key, head) = Begin(paths, options.Disk);
            var tail = AuditTail.Find(paths, head, key, options.Disk);
            var log = new AuditLog(paths, options, key, stateLock, (tail, head.Count), time);
            if (tail.Cut is { } cut) await log.TellOfAsync(cut, cancellationToken);
            return log;
        }
        catch
        {
            stateLock.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="AuditUnavailableException">The entry is not durable, and no later one will be until the log is opened again.</exception>
    public async ValueTask WriteAsync(AuditEntry entry, CancellationToken cancellationToken)
    {
        if (_queue.Failure is { } failure) throw failure;
        cancellationToken.ThrowIfCancellationRequested();
        await _queue.AppendAsync(AuditWrite.Create(entry), cancellationToken);
    }

    /// <summary>Writes what waits, and the head.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _queue.DisposeAsync();
        await _anchorTimer.DisposeAsync();
        try
        {
            lock (_gate)
            {
                if (_queue.Failure is null) Anchor();
            }
        }
        finally
        {
            _file?.Dispose();
            _lock.Dispose();
        }
    }

    private static (AuditKey Key, AuditHead Head) Begin(AuditPaths paths, IDisk disk)
    {
        if (!File.Exists(paths.Head) && paths.Files().Length == 0)
        {
            var created = File.Exists(paths.KeyFile) ? AuditKey.Read(paths.KeyFile) : AuditKey.Create(disk, paths.KeyFile);
            var empty = AuditHead.Empty(created);
            empty.Write(disk, paths.Head, created);
            return (created, empty);
        }

        var key = AuditKey.Read(paths.KeyFile);
        var head = AuditHead.Read(paths.Head, key, out var problem);
        return (key, head ?? throw new AuditDamagedException($"The audit log cannot be continued: {problem ?? "there are entries but no anchored head"} ({paths.Head})."));
    }

    private static Exception Unavailable(Exception failure) =>
        failure as AuditUnavailableException ?? new AuditUnavailableException($"The audit log cannot be written: {failure.Message}", failure);

    private ValueTask TellOfAsync(AuditCut cut, CancellationToken cancellationToken) => WriteAsync(
        new(_time.GetUtcNow(), Repair, "system", null, null, new Dictionary<string, string>
        {
            ["file"] = cut.File,
            ["position"] = $"{cut.Position}",
            ["bytes_cut"] = $"{cut.Length}",
            ["sha256"] = cut.Hash,
        }),
        cancellationToken);

    private void Commit(IReadOnlyList<AuditWrite> writes)
    {
        lock (_gate)
        {
            _batch.ResetWrittenCount();
            var day = DateOnly.FromDateTime(_time.GetUtcNow().UtcDateTime);
            foreach (var write in writes)
            {
                if (_file is null || day != _day || _length + _batch.WrittenCount >= _options.FileBytes) Rotate(day);
                AuditLine.Seal(_key, _count, write.Body, _mac, _batch);
                _count++;
            }

            WriteBatch();
            if (_count - _anchored >= _options.HeadEntries) Anchor();
            else if (!_isTimerSet) _isTimerSet = _anchorTimer.Change(_options.HeadDelay, Timeout.InfiniteTimeSpan);
        }
    }

    private void WriteBatch()
    {
        if (_batch.WrittenCount == 0) return;
        _file!.Write(_batch.WrittenSpan, _length);
        _file.Sync();
        _length += _batch.WrittenCount;
        _batch.ResetWrittenCount();
    }

    private void Rotate(DateOnly day)
    {
        if (_file is not null)
        {
            WriteBatch();
            if (_length == 0 && day == _day) return;
            Anchor();
            _file.Dispose();
        }

        _file = DurableFile.Open(_options.Disk, Path.Combine(_paths.Folder, AuditPaths.FileName(_count, day)));
        _options.Disk.SyncDirectory(_paths.Folder);
        (_day, _length) = (day, _file.Length);
    }

    private void AnchorLate()
    {
        lock (_gate)
        {
            _isTimerSet = false;
            try
            {
                if (_queue.Failure is null && _disposed == 0) Anchor();
            }
            catch (IOException failure)
            {
                _queue.Fail(failure);
            }
        }
    }

    private void Anchor()
    {
        if (_file is null || _anchored == _count) return;
        new AuditHead(_count, Path.GetFileName(_file.Path), _length, Convert.ToHexStringLower(_mac), _key.Id).Write(_options.Disk, _paths.Head, _key);
        _anchored = _count;
    }
}
