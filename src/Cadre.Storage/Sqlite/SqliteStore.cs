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
    private readonly BatchWriter _writer;
    private readonly Readers _readers;
    private readonly CommitQueue<CommitRequest, CommitResult> _queue;
    private int _disposed;

    private SqliteStore(string file, SqliteOptions options, StateLock stateLock, Connection writing)
    {
        (_file, _options, _lock, _writing) = (file, options, stateLock, writing);
        _writer = new(writing, options);
        _readers = new(file, options.Readers);
        Journal = new SqliteJournal(this, _readers);
        _queue = new("store commit", new(options.WaitingCommits, options.WaitingBytes), _writer.Write, Unavailable);
    }

    public IJournal Journal { get; }

    /// <summary>Opens the store of a directory, and creates both if they are not there.</summary>
    /// <exception cref="StateLockedException">Another process holds it.</exception>
    /// <exception cref="StoreDamagedException">The file is no whole database.</exception>
    /// <exception cref="StoreTooNewException">A newer Cadre wrote it.</exception>
    /// <exception cref="StoreFailedException">It cannot be read or written.</exception>
    public static ValueTask<SqliteStore> OpenAsync(string directory, SqliteOptions? options, TimeProvider time, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        directory = Path.GetFullPath(directory);
        var file = Path.Combine(directory, FileName);
        StateLock? stateLock = null;
        Connection? writing = null;
        try
        {
            DurableFile.CreateDirectory(PosixDisk.Instance, directory);
            stateLock = StateLock.Acquire(Path.Combine(directory, LockName));
            DurableFile.Open(PosixDisk.Instance, file).Dispose();
            writing = Connection.OpenWriter(file);
            writing.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16384");
            Schema.Migrate(writing, file);
            PosixDisk.Instance.SyncDirectory(directory);
            return new(new SqliteStore(file, options ?? new(), stateLock, writing));
        }
        catch (Exception failure)
        {
            writing?.Dispose();
            stateLock?.Dispose();
            if (failure is SqliteFailedException { IsDamage: true }) throw new StoreDamagedException(file, failure.Message);
            if (failure is IOException and not (StateLockedException or StoreTooNewException)) throw new StoreFailedException($"The store cannot be opened: {failure.Message}", failure);
            throw;
        }
    }

    public async ValueTask<Committed> CommitAsync(IReadOnlyList<Change> changes, CancellationToken cancellationToken) =>
        new((await WriteAsync(changes, null, cancellationToken)).Refused);

    public ValueTask<Document?> GetAsync(Scope scope, string kind, string id, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var rented = _readers.Rent();
        return new(DocumentQueries.Get(rented.Connection, scope, kind, id));
    }

    public ValueTask<Document?> FindAsync(Scope scope, string kind, string key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var rented = _readers.Rent();
        return new(DocumentQueries.Find(rented.Connection, scope, kind, key));
    }

    public ValueTask<DocumentPage?> ListAsync(Scope scope, DocumentQuery query, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var rented = _readers.Rent();
        return new(DocumentQueries.List(rented.Connection, scope, query));
    }

    public ValueTask<RunEntry?> GetRunAsync(Scope scope, RunId run, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var rented = _readers.Rent();
        return new(RunQueries.Get(rented.Connection, scope, run));
    }

    public ValueTask<IReadOnlyList<RunEntry>> ListRunsAsync(Scope scope, RunQuery query, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var rented = _readers.Rent();
        return new(RunQueries.List(rented.Connection, scope, query));
    }

    /// <inheritdoc/>
    /// <remarks>A document whose time was put off meanwhile stays.</remarks>
    public async ValueTask<IReadOnlyList<Document>> SweepAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        List<Document> swept = [];
        await WriteAsync([], documents => swept = documents.Sweep(now, limit), cancellationToken);
        return swept;
    }

    public ValueTask BackUpAsync(string file, CancellationToken cancellationToken) => SqliteBackup.MakeAsync(_file, file, cancellationToken);

    /// <summary>Commits what waits, and lets the file go as one whole.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _queue.DisposeAsync();
        _readers.Dispose();
        _writing.Dispose();
        _lock.Dispose();
    }

    internal async ValueTask<CommitResult> WriteAsync(IReadOnlyList<Change> changes, Action<DocumentChanges>? work, CancellationToken cancellationToken)
    {
        if (_queue.Failure is { } failed) throw failed;
        cancellationToken.ThrowIfCancellationRequested();
        var result = await _queue.AppendAsync(CommitRequest.Create(changes, work, _options.BodyLimit), cancellationToken);
        return result.Failure is { } failure ? throw failure : result;
    }

    private static Exception Unavailable(Exception failure) =>
        failure as StoreFailedException ?? new StoreFailedException($"The store cannot make changes durable: {failure.Message} Nothing more is acknowledged until it is opened again.", failure);
}
