using System.Text.Json;
using Cadre.Knowledge.Chunks;
using Microsoft.Data.Sqlite;

namespace Cadre.Knowledge.Index;

/// <summary>Reads a store's file; one search at a time uses it, as of one moment.</summary>
internal sealed class StoreReader(SqliteConnection connection) : IDisposable
{
    private const string Eligible = "SELECT f.id FROM files f WHERE f.state = 1 AND ";

    /// <summary>Begins the moment that all reading until <see cref="Leave"/> is of.</summary>
    public void Enter() => Connections.Execute(connection, "BEGIN");

    public void Leave() => Connections.Execute(connection, "COMMIT");

    /// <summary>The best chunks by BM25, best first; a higher score is better.</summary>
    public List<Candidate> ByWords(string match, FilterSql filter, int limit)
    {
        using var command = Command(
            $"""
            SELECT rowid, -bm25(words, {Schema.HeadingWeight}, 1.0) AS score FROM words
            WHERE words MATCH @match AND (rowid >> {Schema.PositionBits}) IN ({Eligible}{filter.Condition})
            ORDER BY score DESC, rowid LIMIT @limit
            """,
            filter,
            ("@match", match), ("@limit", limit));
        using var rows = command.ExecuteReader();
        var candidates = new List<Candidate>();
        while (rows.Read()) candidates.Add(new Candidate(rows.GetInt64(0), rows.GetDouble(1)));
        return candidates;
    }

    /// <summary>Files whose vectors can be compared with one of this embedder.</summary>
    public HashSet<long> Embedded(string embedder, int dimensions, FilterSql filter)
    {
        using var command = Command(
            $"{Eligible}f.embedder = @embedder AND f.dimensions = @dimensions AND {filter.Condition}", filter, ("@embedder", embedder), ("@dimensions", dimensions));
        using var rows = command.ExecuteReader();
        var files = new HashSet<long>();
        while (rows.Read()) files.Add(rows.GetInt64(0));
        return files;
    }

    /// <summary>Calls back for each vector, in the order of the chunks.</summary>
    public void EachVector(long after, Action<long, ReadOnlySpan<byte>> take)
    {
        using var command = Command("SELECT id, vector FROM vectors WHERE id > @after ORDER BY id", null, ("@after", after));
        using var rows = command.ExecuteReader();
        while (rows.Read()) take(rows.GetInt64(0), SQLitePCL.raw.sqlite3_column_blob(rows.Handle, 1));
    }

    /// <returns>Null when it was removed since.</returns>
    public Found? Fetch(string store, Candidate candidate)
    {
        using var command = Command(
            "SELECT f.id, f.file_id, f.name, c.heading, c.text FROM chunks c JOIN files f ON f.id = @file WHERE c.id = @id",
            null,
            ("@id", candidate.Chunk), ("@file", Schema.FileOf(candidate.Chunk)));
        using var rows = command.ExecuteReader();
        if (!rows.Read()) return null;
        var chunk = new Chunk(Schema.PositionOf(candidate.Chunk), rows.GetString(3), rows.GetString(4));
        return new Found(store, rows.GetString(1), rows.GetString(2), candidate.Score, Attributes(rows.GetInt64(0)), chunk.InContext, chunk.Position);
    }

    /// <summary>The chunks' text of the file as it is found now.</summary>
    public List<string> Text(string fileId)
    {
        using var command = Command(
            $"""
            SELECT c.text FROM files f JOIN chunks c ON c.id >= f.id << {Schema.PositionBits} AND c.id < (f.id + 1) << {Schema.PositionBits}
            WHERE f.file_id = @file_id AND f.state = 1 ORDER BY c.id
            """,
            null,
            ("@file_id", fileId));
        using var rows = command.ExecuteReader();
        var texts = new List<string>();
        while (rows.Read()) texts.Add(rows.GetString(0));
        return texts;
    }

    private Dictionary<string, JsonElement> Attributes(long file)
    {
        using var command = Command("SELECT key, json FROM attributes WHERE file = @file", null, ("@file", file));
        using var rows = command.ExecuteReader();
        var attributes = new Dictionary<string, JsonElement>();
        while (rows.Read())
        {
            using var value = JsonDocument.Parse(rows.GetString(1));
            attributes[rows.GetString(0)] = value.RootElement.Clone();
        }

        return attributes;
    }

    private SqliteCommand Command(string sql, FilterSql? filter, params ReadOnlySpan<(string Name, object Value)> values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values) command.Parameters.AddWithValue(name, value);
        for (var i = 0; i < filter?.Values.Count; i++) command.Parameters.AddWithValue($"@p{i}", filter.Values[i]);
        return command;
    }

    public void Dispose() => connection.Dispose();
}

/// <param name="Score">Higher is better; what it means depends on where it comes from.</param>
/// <param name="HoldsAll">It holds every word of the query, and goes before those that do not.</param>
internal readonly record struct Candidate(long Chunk, double Score, bool HoldsAll = false);
