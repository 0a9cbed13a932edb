using SQLitePCL;

namespace Cadre.Bench.Storage;

/// <summary>
/// The least that can be done for durable rows in SQLite: one thread puts what has gathered into the table, commits, and says so. It checks nothing and
/// encodes nothing.
/// </summary>
internal sealed class BareSqlite : IDisposable
{
    private readonly object _gate = new();
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _begin;
    private readonly sqlite3_stmt _insert;
    private readonly sqlite3_stmt _commit;
    private readonly Thread _thread;
    private List<Rows> _waiting = [];
    private bool _closing;

    public BareSqlite(string path)
    {
        Cadre.Storage.Sqlite.SqliteLibrary.Use();
        Check(raw.sqlite3_open_v2(path, out _database, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE | raw.SQLITE_OPEN_NOMUTEX, null));
        Check(raw.sqlite3_exec(_database, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE events (number INTEGER PRIMARY KEY, position INTEGER NOT NULL, body BLOB NOT NULL) STRICT; CREATE UNIQUE INDEX events_by_position ON events (position)"));
        Check(raw.sqlite3_prepare_v2(_database, "BEGIN IMMEDIATE", out _begin));
        Check(raw.sqlite3_prepare_v2(_database, "INSERT INTO events (position, body) VALUES (?1, ?2)", out _insert));
        Check(raw.sqlite3_prepare_v2(_database, "COMMIT", out _commit));
        _thread = new(Run) { IsBackground = true };
        _thread.Start();
    }

    public Task CommitAsync(long position, byte[] body, int count)
    {
        var rows = new Rows(position, body, count, new(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_gate)
        {
            _waiting.Add(rows);
            if (_waiting.Count == 1) Monitor.Pulse(_gate);
        }

        return rows.Done.Task;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _closing = true;
            Monitor.Pulse(_gate);
        }

        _thread.Join();
        _begin.Dispose();
        _insert.Dispose();
        _commit.Dispose();
        _database.Dispose();
    }

    private void Run()
    {
        var batch = new List<Rows>();
        while (true)
        {
            lock (_gate)
            {
                while (_waiting.Count == 0 && !_closing) Monitor.Wait(_gate);
                if (_waiting.Count == 0) return;
                (batch, _waiting) = (_waiting, batch);
            }

            Step(_begin);
            foreach (var rows in batch)
            {
                for (var i = 0; i < rows.Count; i++)
                {
                    Check(raw.sqlite3_bind_int64(_insert, 1, rows.Position + i));
                    Check(raw.sqlite3_bind_blob(_insert, 2, rows.Body));
                    Step(_insert);
                }
            }

            Step(_commit);
            foreach (var rows in batch) rows.Done.SetResult();
            batch.Clear();
        }
    }

    private static void Step(sqlite3_stmt statement)
    {
        if (raw.sqlite3_step(statement) != raw.SQLITE_DONE) throw new InvalidOperationException("SQLite failed.");
        Check(raw.sqlite3_reset(statement));
    }

    private static void Check(int code)
    {
        if (code != raw.SQLITE_OK) throw new InvalidOperationException($"SQLite failed with {code}.");
    }

    private readonly record struct Rows(long Position, byte[] Body, int Count, TaskCompletionSource Done);
}
