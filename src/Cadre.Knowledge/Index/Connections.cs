using Cadre.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace Cadre.Knowledge.Index;

/// <summary>Opens a store's file. An index is made from files that are kept elsewhere, so a power cut may cost its last writes: synchronous is NORMAL.</summary>
internal static class Connections
{
    private const int Corrupt = 11, NotADatabase = 26;
    private const int WriterCacheKib = 32 << 10, ReaderCacheKib = 8 << 10;

    public static SqliteConnection OpenWriter(string store, string path)
    {
        var connection = Open(path, WriterCacheKib);
        try
        {
            Execute(connection, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA journal_size_limit=67108864;");
            var version = Convert.ToInt32(Scalar(connection, "PRAGMA user_version"));
            if (version == 0 && Convert.ToInt64(Scalar(connection, "SELECT count(*) FROM sqlite_schema")) == 0)
                Execute(connection, $"BEGIN IMMEDIATE; {Schema.Tables} PRAGMA user_version={Schema.Version}; COMMIT;");
            else if (version != Schema.Version)
                throw new KnowledgeDamagedException(store, "was written by another version of this program");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public static SqliteConnection OpenReader(string path)
    {
        var connection = Open(path, ReaderCacheKib);
        Execute(connection, "PRAGMA query_only=1;");
        return connection;
    }

    public static bool IsDamage(SqliteException exception) => exception.SqliteErrorCode is Corrupt or NotADatabase;

    public static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    private static SqliteConnection Open(string path, int cacheKib)
    {
        SqliteLibrary.Use();
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString);
        connection.Open();
        Execute(connection, $"PRAGMA cache_size=-{cacheKib}; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=0;");
        return connection;
    }
}
