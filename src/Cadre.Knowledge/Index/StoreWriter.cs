using System.Text.Json;
using Cadre.Knowledge.Chunks;
using Microsoft.Data.Sqlite;

namespace Cadre.Knowledge.Index;

/// <summary>Everything that changes a store's file. One at a time uses it.</summary>
/// <param name="session">Of this process: what others of them were writing nobody will complete.</param>
internal sealed class StoreWriter(SqliteConnection connection, VectorCache cache, string session) : IDisposable
{
    private const int ChunksPerPurge = 1024;

    private readonly Statement _begin = new(connection, "INSERT INTO files(file_id, name, state, session) VALUES (@file_id, @name, 0, @session) RETURNING id", "@file_id", "@name", "@session");
    private readonly Statement _attribute = new(connection,
        "INSERT INTO attributes(file, key, json, text, number, flag) VALUES (@file, @key, @json, @text, @number, @flag)", "@file", "@key", "@json", "@text", "@number", "@flag");
    private readonly Statement _isPending = new(connection, "SELECT 1 FROM files WHERE id = @id AND state = 0", "@id");
    private readonly Statement _embedded = new(connection, "UPDATE files SET embedder = @embedder, dimensions = @dimensions WHERE id = @id", "@embedder", "@dimensions", "@id");
    private readonly Statement _chunk = new(connection, "INSERT INTO chunks(id, heading, text) VALUES (@id, @heading, @text)", "@id", "@heading", "@text");
    private readonly Statement _words = new(connection, "INSERT INTO words(rowid, heading, text) VALUES (@id, @heading, @text)", "@id", "@heading", "@text");
    private readonly Statement _vector = new(connection, "INSERT INTO vectors(id, vector) VALUES (@id, @vector)", "@id", "@vector");
    private readonly Statement _unword = new(connection, "INSERT INTO words(words, rowid, heading, text) VALUES ('delete', @id, @heading, @text)", "@id", "@heading", "@text");

    /// <summary>Clears away what an earlier process was writing or removing when it ended.</summary>
    public void Recover()
    {
        Execute("UPDATE files SET state = 2 WHERE state = 0 AND session <> @session", ("@session", session));
        Purge();
    }

    /// <returns>The row of an ingestion that is not found yet.</returns>
    public long Begin(SourceFile file)
    {
        using var transaction = WriteTransaction.Begin(connection);
        var id = (long)_begin.Scalar(file.FileId, file.Name, session)!;
        WriteAttributes(id, file.Attributes);
        transaction.Commit();
        return id;
    }

    /// <returns>False when the ingestion was removed meanwhile.</returns>
    public bool Write(long file, IReadOnlyList<Chunk> chunks, Embeddings? embeddings)
    {
        using var transaction = WriteTransaction.Begin(connection);
        if (_isPending.Scalar(file) is null) return false;
        for (var i = 0; i < chunks.Count; i++)
        {
            var id = Schema.ChunkId(file, chunks[i].Position);
            _chunk.Run(id, chunks[i].Heading, chunks[i].Text);
            _words.Run(id, IndexText.Of(chunks[i].Heading), IndexText.Of(chunks[i].Text));
            if (embeddings is not null) _vector.Run(id, embeddings.Vectors[i]);
        }

        if (embeddings is not null) _embedded.Run(embeddings.Embedder, embeddings.Dimensions, file);
        transaction.Commit();
        return true;
    }

    /// <summary>From now on this ingestion is found, and no other of the same file.</summary>
    /// <returns>False when it was removed meanwhile.</returns>
    public bool Publish(long file, string fileId)
    {
        using (var transaction = WriteTransaction.Begin(connection))
        {
            if (_isPending.Scalar(file) is null) return false;
            Execute("UPDATE files SET state = 2 WHERE file_id = @file_id AND state = 1", ("@file_id", fileId));
            Execute("UPDATE files SET state = 1 WHERE id = @id", ("@id", file));
            transaction.Commit();
        }

        Purge();
        return true;
    }

    public void Discard(long file)
    {
        Execute("UPDATE files SET state = 2 WHERE id = @id AND state = 0", ("@id", file));
        Purge();
    }

    public void Remove(string fileId)
    {
        Execute("UPDATE files SET state = 2 WHERE file_id = @file_id", ("@file_id", fileId));
        Purge();
    }

    public void SetAttributes(string fileId, IReadOnlyDictionary<string, JsonElement> attributes)
    {
        using var transaction = WriteTransaction.Begin(connection);
        foreach (var id in Numbers("SELECT id FROM files WHERE file_id = @file_id AND state < 2", ("@file_id", fileId)))
        {
            Execute("DELETE FROM attributes WHERE file = @file", ("@file", id));
            WriteAttributes(id, attributes);
        }

        transaction.Commit();
    }

    private void WriteAttributes(long file, IReadOnlyDictionary<string, JsonElement> attributes)
    {
        foreach (var (key, value) in attributes)
        {
            _attribute.Run(
                file,
                key,
                value.GetRawText(),
                value.ValueKind is JsonValueKind.String ? value.GetString()! : DBNull.Value,
                value.ValueKind is JsonValueKind.Number ? value.GetDouble() : DBNull.Value,
                value.ValueKind switch { JsonValueKind.True => 1, JsonValueKind.False => 0, _ => DBNull.Value });
        }
    }

    /// <summary>Removes the dead for good, in transactions of bounded size.</summary>
    private void Purge()
    {
        var dead = Numbers("SELECT id FROM files WHERE state = 2");
        cache.Forget(dead);
        foreach (var file in dead)
        {
            while (PurgeChunks(file)) { }
            using var transaction = WriteTransaction.Begin(connection);
            Execute("DELETE FROM attributes WHERE file = @file", ("@file", file));
            Execute("DELETE FROM files WHERE id = @file", ("@file", file));
            transaction.Commit();
        }
    }

    private bool PurgeChunks(long file)
    {
        using var transaction = WriteTransaction.Begin(connection);
        var last = -1L;
        using (var command = Command(
            "SELECT id, heading, text FROM chunks WHERE id >= @from AND id < @to ORDER BY id LIMIT @limit",
            ("@from", Schema.ChunkId(file, 0)), ("@to", Schema.ChunkId(file + 1, 0)), ("@limit", ChunksPerPurge)))
        using (var chunks = command.ExecuteReader())
        {
            while (chunks.Read())
            {
                last = chunks.GetInt64(0);
                _unword.Run(last, IndexText.Of(chunks.GetString(1)), IndexText.Of(chunks.GetString(2)));
            }
        }

        if (last < 0) return false;
        Execute("DELETE FROM chunks WHERE id >= @from AND id <= @last", ("@from", Schema.ChunkId(file, 0)), ("@last", last));
        Execute("DELETE FROM vectors WHERE id >= @from AND id <= @last", ("@from", Schema.ChunkId(file, 0)), ("@last", last));
        transaction.Commit();
        return true;
    }

    private List<long> Numbers(string sql, params ReadOnlySpan<(string Name, object Value)> values)
    {
        using var command = Command(sql, values);
        using var rows = command.ExecuteReader();
        var numbers = new List<long>();
        while (rows.Read()) numbers.Add(rows.GetInt64(0));
        return numbers;
    }

    private void Execute(string sql, params ReadOnlySpan<(string Name, object Value)> values)
    {
        using var command = Command(sql, values);
        command.ExecuteNonQuery();
    }

    private SqliteCommand Command(string sql, params ReadOnlySpan<(string Name, object Value)> values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values) command.Parameters.AddWithValue(name, value);
        return command;
    }

    public void Dispose()
    {
        foreach (var statement in new[] { _begin, _attribute, _isPending, _embedded, _chunk, _words, _vector, _unword }) statement.Dispose();
        connection.Dispose();
    }
}

/// <param name="Vectors">One for each chunk, as <see cref="Search.Direction.ToBytes"/> gives it.</param>
internal sealed record Embeddings(string Embedder, int Dimensions, IReadOnlyList<byte[]> Vectors);
