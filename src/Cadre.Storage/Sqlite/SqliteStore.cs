using System.Runtime.CompilerServices;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;
using Cadre.Storage.Documents;
using Cadre.Storage.Durable;

namespace Cadre.Storage.Sqlite;

/// <summary>
/// Everything a server keeps in one file, <c>cadre.db</c>, of a directory that one process holds at a time. One thread writes: it commits all that has
/// gathered with one sync. A few connections read beside it. docs/storage.md is for those who operate it, docs/decisions/0008 has the reasons.
/// </summary>
public sealed class SqliteStore : IStore
{
    public const string FileName = "cadre.db";
    private const string LockName = FileName + ".lock";
    private readonly string _file;
    private readonly SqliteOptions _options;
    private readonly StateLock _lock;
    private readonly Connection _writing;
    private readonly WalFile _log;
    private readonly Readers _readers;
    private readonly PayloadCollector _collector;
    private readonly CommitQueue<CommitRequest, CommitResult> _queue;
    private int _disposed;

    private SqliteStore(string file, SqliteOptions options, StateLock stateLock, Connection writing, StoreCheck check)
    {
        (_file, _options, _lock, _writing, Check) = (file, options, stateLock, writing, check);
        _log = new(writing, file, options.CheckpointPages);
        _readers = new(file, options.Readers);
        _collector = new(this, _readers);
        var cache = new RunCache(options.CachedBytes, options.CachedRuns);
        Journal = new SqliteJournal(this, _readers, cache);
        var writer = new BatchWriter(writing, _log, cache, options);
        _queue = new("store commit", new(options.WaitingCommits, options.WaitingBytes), writer.Write, Unavailable);
    }

    public IJournal Journal { get; }

    public StoreCheck Check { get; }

    /// <summary>Opens the store of a directory, and creates both if they are not there.</summary>
    /// <exception cref="StateLockedException">Another process holds it.</exception>
    /// <exception cref="StoreDamagedException">The file is no whole database.</exception>
    /// <exception cref="StoreTooNewException">A newer Cadre wrote it.</exception>
    /// <exception cref="StoreFailedException">It cannot be read or written.</exception>
    public static ValueTask<SqliteStore> OpenAsync(string directory, SqliteOptions? options, TimeProvider time, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        options ??= new();
        directory = Path.GetFullPath(directory);
        var file = Path.Combine(directory, FileName);
        StateLock? stateLock = null;
        Connection? writing = null;
        try
        {
            DurableFile.CreateDirectory(PosixDisk.Instance, directory);
            stateLock = StateLock.Acquire(Path.Combine(directory, LockName));
            (writing, var check) = StoreFile.Open(file, options.CheckTime, time);
            PosixDisk.Instance.SyncDirectory(directory);
            return new(new SqliteStore(file, options, stateLock, writing, check));
        }
        catch (Exception failure)
        {
            writing?.Dispose();
            stateLock?.Dispose();
            if (failure is not IOException or StateLockedException or StoreTooNewException or StoreDamagedException) throw;
            throw new StoreFailedException($"The store cannot be opened: {failure.Message}", failure);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Committed> CommitAsync(IReadOnlyList<Change> changes, CancellationToken cancellationToken) =>
        new((await WriteAsync(changes, null, cancellationToken)).Refused);

    public ValueTask<Document?> GetAsync(Scope scope, string kind, string id, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(_readers.Read(static (connection, of) => DocumentQueries.Get(connection, of.scope, of.kind, of.id), (scope, kind, id)));
    }

    public ValueTask<Document?> FindAsync(Scope scope, string kind, string key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(_readers.Read(static (connection, of) => DocumentQueries.Find(connection, of.scope, of.kind, of.key), (scope, kind, key)));
    }

    public ValueTask<DocumentPage?> ListAsync(Scope scope, DocumentQuery query, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(_readers.Read(static (connection, of) => DocumentQueries.List(connection, of.scope, of.query), (scope, query)));
    }

    public ValueTask<IReadOnlyDictionary<string, long>> CountAsync(Scope scope, DocumentQuery query, string? member, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(_readers.Read(static (connection, of) => DocumentQueries.Count(connection, of.scope, of.query, of.member), (scope, query, member)));
    }

    public ValueTask<RunEntry?> GetRunAsync(Scope scope, RunId run, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(_readers.Read(static (connection, of) => RunQueries.Get(connection, of.scope, of.run), (scope, run)));
    }

    public ValueTask<IReadOnlyList<RunEntry>> ListRunsAsync(Scope scope, RunQuery query, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(_readers.Read(static (connection, of) => RunQueries.List(connection, of.scope, of.query), (scope, query)));
    }

    /// <inheritdoc/>
    /// <remarks>A document whose time was put off meanwhile stays.</remarks>
    public async ValueTask<IReadOnlyList<Document>> SweepAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        List<Document> swept = [];
        await WriteAsync([], writer => swept = writer.Documents.Sweep(now, limit), cancellationToken);
        return swept;
    }

    public ValueTask<int> CollectPayloadsAsync(CancellationToken cancellationToken) => _collector.CollectAsync(cancellationToken);

    public ValueTask BackUpAsync(string file, CancellationToken cancellationToken) => SqliteBackup.MakeAsync(_file, file, cancellationToken);

    /// <summary>Commits what waits, and leaves one whole file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _queue.DisposeAsync();
        _readers.Dispose();
        _writing.Dispose();
        _log.Dispose();
        _lock.Dispose();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<CommitResult> WriteAsync(IReadOnlyList<Change> changes, Action<BatchWriter>? work, CancellationToken cancellationToken)
    {
        if (_queue.Failure is { } failed) throw failed;
        cancellationToken.ThrowIfCancellationRequested();
        var result = await _queue.AppendAsync(CommitRequest.Create(changes, work, _options.BodyLimit), cancellationToken);
        return result.Failure is { } failure ? throw failure : result;
    }

    private static Exception Unavailable(Exception failure) =>
        failure as StoreFailedException ?? new StoreFailedException($"The store cannot make changes durable: {failure.Message} Nothing more is acknowledged until it is opened again.", failure);
}
