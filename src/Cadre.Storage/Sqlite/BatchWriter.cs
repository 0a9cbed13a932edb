using System.Diagnostics;
using Cadre.Storage.Documents;

namespace Cadre.Storage.Sqlite;

/// <summary>
/// Makes the commits that have gathered durable in one transaction, on the writer's own thread. A commit that is refused changes nothing: it is refused
/// before anything of it is written, or taken back to a savepoint.
/// </summary>
internal sealed class BatchWriter
{
    private readonly Connection _connection;
    private readonly RunRows _rows;
    private readonly RunChanges _runs;
    private readonly Foresight _foresight;
    private readonly WalFile _log;
    private readonly RunCache _cache;
    private SqliteFailedException? _broken;

    public BatchWriter(Connection connection, WalFile log, RunCache cache, SqliteOptions options)
    {
        (_connection, _log, _cache) = (connection, log, cache);
        Payloads = new(connection);
        Documents = new(connection);
        _rows = new(connection, options.KnownRuns);
        _runs = new(connection, _rows, Payloads);
        _foresight = new(Documents, _runs);
    }

    public DocumentChanges Documents { get; }

    public Payloads Payloads { get; }

    /// <summary>Sets every commit's result.</summary>
    /// <exception cref="SqliteFailedException">What is durable is not known: nothing more may be written.</exception>
    public void Write(IReadOnlyList<CommitRequest> batch)
    {
        if (_broken is not null) throw _broken;
        try
        {
            _connection.Use("BEGIN IMMEDIATE").Run();
            for (var i = 0; i < batch.Count; i++) Apply(batch[i]);
            _connection.Use("COMMIT").Run();
        }
        catch (SqliteFailedException failure)
        {
            RollBack();
            if (!failure.MayPass) throw;
            var unavailable = new StoreFailedException($"The store cannot make a change durable: {failure.Message}", failure);
            for (var i = 0; i < batch.Count; i++) batch[i].Result = new(null, 0, unavailable);
            return;
        }

        for (var i = 0; i < batch.Count; i++) Publish(batch[i]);
        Checkpoint();
    }

    /// <summary>What was just committed is durable whatever comes of this; it is the next batch that is refused.</summary>
    private void Checkpoint()
    {
        try
        {
            _log.CheckpointWhenDue();
        }
        catch (SqliteFailedException failure)
        {
            _broken = failure;
        }
    }

    private void RollBack()
    {
        _rows.ForgetAll();
        Payloads.Forget();
        if (_connection.InTransaction) _connection.Use("ROLLBACK").Run();
        _log.CutOff();
    }

    private void Apply(CommitRequest request)
    {
        var saved = Foresight.IsNeeded(request.Changes);
        var foreseen = saved && Foresight.IsPossible(request.Changes);
        if (foreseen)
        {
            if (_foresight.FindRefused(request, out var present) is { } refused)
            {
                request.Result = new(refused, present);
                return;
            }

            saved = false;
        }

        if (saved) _connection.Use("SAVEPOINT part").Run();
        var (version, appends) = (0L, 0);
        for (var i = 0; i < request.Changes.Count; i++)
        {
            if (Apply(request, request.Changes[i], ref appends, ref version)) continue;
            if (foreseen) throw new UnreachableException("A change was refused that was found good before.");
            if (saved) TakeBack(request, appends);
            request.Result = new(i, version);
            return;
        }

        request.Work?.Invoke(this);
        if (saved) _connection.Use("RELEASE part").Run();
        request.Result = new(null, version);
    }

    private bool Apply(CommitRequest request, Change change, ref int appends, ref long version)
    {
        switch (change)
        {
            case Change.Append:
                return _runs.Append(request.Appends[appends++], out version);
            case Change.Create create:
                return Documents.Create(create.Document);
            case Change.Replace replace:
                return Documents.Replace(replace.Document, replace.ExpectedVersion);
            case Change.Put put:
                return Documents.Put(put.Document);
            case Change.Delete delete:
                return Documents.Delete(delete);
            case Change.RequireIdle idle:
                return _runs.IsIdle(idle.Thread);
            case Change.RequireNewest newest:
                return Documents.IsNewest(newest);
            case Change.Forget forget:
                return _runs.Forget(forget.Run, request);
            default:
                throw new ArgumentOutOfRangeException(nameof(change), change, null);
        }
    }

    private void TakeBack(CommitRequest request, int appends)
    {
        _connection.Use("ROLLBACK TO part").Run();
        _connection.Use("RELEASE part").Run();
        for (var i = 0; i < appends; i++) _rows.Forget(request.Appends[i].Append.Run);
        for (var i = 0; i < request.Forgotten.Count; i++) _rows.Forget(request.Forgotten[i]);
        Payloads.Forget();
    }

    /// <summary>It is durable, and not acknowledged yet.</summary>
    private void Publish(CommitRequest request)
    {
        if (request.Result.Refused is not null) return;
        for (var i = 0; i < request.Appends.Count; i++)
        {
            var encoded = request.Appends[i];
            _cache.Append(encoded.Append.Run, encoded.Append.ExpectedVersion, encoded.Append.Events, encoded.Bytes);
        }

        for (var i = 0; i < request.Forgotten.Count; i++) _cache.Forget(request.Forgotten[i]);
    }
}
