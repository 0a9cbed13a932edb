using System.Diagnostics;
using Cadre.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace Cadre.Bench.Knowledge;

/// <summary>The least that has to be done: texts of a chunk's length, in a prepared statement, in transactions of the same size.</summary>
internal static class BareIndex
{
    private const int ChunkCharacters = 3_200;
    private const int PerTransaction = 512;

    public static double ChunksPerMinute(string path, string source, int chunks)
    {
        SqliteLibrary.Use();
        var text = File.ReadAllText(source);
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        Execute(connection, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32768; CREATE VIRTUAL TABLE words USING fts5(text, tokenize='porter unicode61 remove_diacritics 2')");
        using var insert = connection.CreateCommand();
        insert.CommandText = "INSERT INTO words(rowid, text) VALUES (@id, @text)";
        var id = insert.Parameters.Add("@id", SqliteType.Integer);
        var value = insert.Parameters.Add("@text", SqliteType.Text);
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < chunks; i++)
        {
            if (i % PerTransaction == 0) Execute(connection, i == 0 ? "BEGIN" : "COMMIT; BEGIN");
            (id.Value, value.Value) = (i, text.Substring((int)((long)i * ChunkCharacters / 2 % (text.Length - ChunkCharacters)), ChunkCharacters));
            insert.ExecuteNonQuery();
        }

        Execute(connection, "COMMIT");
        var rate = chunks / watch.Elapsed.TotalMinutes;
        connection.Close();
        File.Delete(path);
        return rate;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
