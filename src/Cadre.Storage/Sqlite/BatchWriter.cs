using Cadre.Storage.Documents;

namespace Cadre.Storage.Sqlite;

/// <summary>
/// Makes the commits that have gathered durable in one transaction, on the writer's own thread. A commit that is refused half-way is taken back alone;
/// one whose only change that can be refused is its first needs no savepoint for that.
/// </summary>
internal sealed class BatchWriter
{
    private readonly Connection _connection;
    private readonly RunRows _rows;
    private readonly RunChanges _runs;
    private readonly DocumentChanges _documents;
    private readonly List<Engine.Runs.RunId> _touched = [];

    public BatchWriter(Connection connection, SqliteOptions options)
    {
        _connection = connection;
        _rows = new(connection, options.KnownRuns);
        _runs = new(connection, _rows);
        _documents = new(connection);
    }

    /// <summary>Sets every commit's result.</summary>
    /// <exception cref="SqliteFailedException">What is durable is not known: nothing more may be written.</exception>
    public void Write(IReadOnlyList<CommitRequest> batch)
    {
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
        }
    }

    private void RollBack()
    {
        _rows.ForgetAll();
        if (_connection.InTransaction) _connection.Use("ROLLBACK").Run();
    }

    private void Apply(CommitRequest request)
    {
        var saved = NeedsSavepoint(request.Changes);
        if (saved) _connection.Use("SAVEPOINT part").Run();
        _touched.Clear();
        var (version, encoded) = (0L, 0);
        for (var i = 0; i < request.Changes.Count; i++)
        {
            if (Apply(request.Changes[i], request.Events, ref encoded, ref version)) continue;
            if (saved) TakeBack();
            request.Result = new(i, version);
            return;
        }

        request.Work?.Invoke(_documents);
        if (saved) _connection.Use("RELEASE part").Run();
        request.Result = new(null, version);
    }

    private bool Apply(Change change, EncodedEvents events, ref int encoded, ref long version)
    {
        switch (change)
        {
            case Change.Append append:
                _touched.Add(append.Run);
                var first = encoded;
                encoded += append.Events.Count;
                return _runs.Append(append, events, first, out version);
            case Change.Create create:
                return _documents.Create(create.Document);
            case Change.Replace replace:
                return _documents.Replace(replace.Document, replace.ExpectedVersion);
            case Change.Put put:
                return _documents.Put(put.Document);
            case Change.Delete delete:
                _documents.Delete(delete.Scope, delete.Kind, delete.Id);
                return true;
            case Change.RequireIdle idle:
                return _runs.IsIdle(idle.Thread);
            case Change.Forget forget:
                return _runs.Forget(forget.Run, _touched) && Forgotten();
            default:
                throw new ArgumentOutOfRangeException(nameof(change), change, null);
        }
    }

    private bool Forgotten()
    {
        foreach (var run in _touched) _rows.Forget(run);
        return true;
    }

    private void TakeBack()
    {
        _connection.Use("ROLLBACK TO part").Run();
        _connection.Use("RELEASE part").Run();
        foreach (var run in _touched) _rows.Forget(run);
    }

    /// <summary>Whether something is changed before a change that may be refused.</summary>
    private static bool NeedsSavepoint(IReadOnlyList<Change> changes)
    {
        var written = false;
        for (var i = 0; i < changes.Count; i++)
        {
            if (written && changes[i] is not Change.Delete) return true;
            written |= changes[i] is not Change.RequireIdle;
        }

        return false;
    }
}
