using SQLitePCL;

namespace Cadre.Storage.Sqlite;

/// <summary>One connection to a database file, for one thread at a time, with the statements it has prepared.</summary>
internal sealed class Connection : IDisposable
{
    /// <summary>Somebody else's tool may be in the database; our own connections never wait for each other.</summary>
    private const int BusyMilliseconds = 5000;

    private readonly Dictionary<string, Statement> _statements = new(StringComparer.Ordinal);
    private readonly sqlite3 _handle;
    private readonly string _path;

    private Connection(string path, sqlite3 handle) => (_path, _handle) = (path, handle);

    internal sqlite3 Handle => _handle;

    /// <summary>Rows that the last statement changed.</summary>
    public int Changes => raw.sqlite3_changes(_handle);

    public bool InTransaction => raw.sqlite3_get_autocommit(_handle) == 0;

    /// <summary>Creates the file if there is none.</summary>
    public static Connection OpenWriter(string path) => Open(path, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE);

    /// <summary>Leaves the log as it is when it is closed, even as the last.</summary>
    public static Connection OpenInspector(string path) => Open(path, raw.SQLITE_OPEN_READONLY);

    /// <summary>Takes part in the log of an existing database, and changes nothing.</summary>
    public static Connection OpenReader(string path)
    {
        var connection = Open(path, raw.SQLITE_OPEN_READWRITE);
        connection.Execute("PRAGMA query_only = 1");
        return connection;
    }

    /// <summary>The prepared statement of this text, made at its first use.</summary>
    public Statement Use(string sql)
    {
        if (_statements.TryGetValue(sql, out var known)) return known;
        Check(raw.sqlite3_prepare_v3(_handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out var handle));
        return _statements[sql] = new(this, handle);
    }

    /// <summary>Runs statements once.</summary>
    public void Execute(string sql) => Check(raw.sqlite3_exec(_handle, sql));

    public void Check(int code)
    {
        if (code != raw.SQLITE_OK) throw Failure(code);
    }

    /// <summary>The code and sentence of the call that just failed.</summary>
    public SqliteFailedException Failure(int code) => new(code, $"{_path}: {raw.sqlite3_errmsg(_handle).utf8_to_string()} (SQLite {code}).");

    public void Dispose()
    {
        foreach (var statement in _statements.Values) statement.Close();
        _statements.Clear();
        _handle.Dispose();
    }

    private static Connection Open(string path, int flags)
    {
        SqliteLibrary.Use();
        var code = raw.sqlite3_open_v2(path, out var handle, flags | raw.SQLITE_OPEN_NOMUTEX, null);
        var connection = new Connection(path, handle);
        try
        {
            connection.Check(code);
            connection.Check(raw.sqlite3_extended_result_codes(handle, 1));
            connection.Check(raw.sqlite3_busy_timeout(handle, BusyMilliseconds));
            BodyMember.Register(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
