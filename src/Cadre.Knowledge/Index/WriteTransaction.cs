using Microsoft.Data.Sqlite;

namespace Cadre.Knowledge.Index;

/// <summary>A transaction that prepared statements take part in without being told; rolled back unless it was committed.</summary>
internal readonly struct WriteTransaction : IDisposable
{
    private readonly SqliteConnection _connection;

    private WriteTransaction(SqliteConnection connection) => _connection = connection;

    public static WriteTransaction Begin(SqliteConnection connection)
    {
        Connections.Execute(connection, "BEGIN IMMEDIATE");
        return new WriteTransaction(connection);
    }

    public void Commit() => Connections.Execute(_connection, "COMMIT");

    public void Dispose()
    {
        if (SQLitePCL.raw.sqlite3_get_autocommit(_connection.Handle) == 0) Connections.Execute(_connection, "ROLLBACK");
    }
}
