using System.Text.Json;
using Cadre.Knowledge.Chunks;
using Cadre.Knowledge.Search;
using Microsoft.Data.Sqlite;

namespace Cadre.Knowledge.Index;

/// <summary>Reads a store's file; one search at a time uses it, as of one moment.</summary>
internal sealed class StoreReader(SqliteConnection connection) : IDisposable
{
    /// <summary>A word that so many chunks hold is looked for only when there is no rarer one.</summary>
    private const int CommonFromChunks = 4_000;

    private const int MaxCommonKept = 4_096;
    private const string Eligible = "SELECT f.id FROM files f WHERE f.state = 1 AND ";

    private readonly HashSet<string> _common = [];

    /// <summary>Begins the moment that all reading until <see cref="Leave"/> is of.</summary>
    public void Enter() => Connections.Execute(connection, "BEGIN");

    public void Leave() => Connections.Execute(connection, "COMMIT");

    /// <summary>
    /// The best chunks by BM25, best first, and before them those that hold every word. A word that stands nearly everywhere tells little and costs the
    /// most: beside others it only says which chunks hold them all.
    /// </summary>
    public List<Candidate> ByWords(WordQuery words, bool preferAll, FilterSql filter, int limit)
    {
        if (words.IsEmpty) return [];
        var telling = words.Terms.Where(term => !IsCommon(term)).ToList();
        var found = Ranked(telling.Count > 0 ? telling : words.Terms, preferAll ? words.Terms : null, filter, limit);
        if (telling.Count == 0 || telling.Count == words.Terms.Count || found.Count >= SearchRequest.HighestMaxResults) return found;
        var known = found.Select(candidate => candidate.Chunk).ToHashSet();
        return [.. found, .. Ranked(words.Terms, null, filter, limit).Where(candidate => !known.Contains(candidate.Chunk)).Select(candidate => candidate with { Score = 0 })];
    }

    private List<Candidate> Ranked(IReadOnlyList<string> any, IReadOnlyList<string>? all, FilterSql filter, int limit)
    {
        // The words that all have to be there are looked for apart: in one expression each of them would be weighed twice.
        using var command = Command(
            $"""
            SELECT rowid, -bm25(words, {Schema.HeadingWeight}, 1.0) AS score, {(all is { Count: > 1 } ? "rowid IN (SELECT rowid FROM words WHERE words MATCH @all)" : "0")} AS holds_all
            FROM words WHERE words MATCH @any AND (rowid >> {Schema.PositionBits}) IN ({Eligible}{filter.Condition})
            ORDER BY holds_all DESC, score DESC, rowid LIMIT @limit
            """,
            filter,
            ("@any", string.Join(" OR ", any)), ("@all", string.Join(" AND ", all ?? [])), ("@limit", limit));
        using var rows = command.ExecuteReader();
        var candidates = new List<Candidate>();
        while (rows.Read()) candidates.Add(new Candidate(rows.GetInt64(0), rows.GetDouble(1), rows.GetBoolean(2)));
        return candidates;
    }

    private bool IsCommon(string term)
    {
        if (_common.Contains(term)) return true;
        using var command = Command("SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH @term LIMIT @limit)", null, ("@term", term), ("@limit", CommonFromChunks));
        if ((long)command.ExecuteScalar()! < CommonFromChunks) return false;
        if (_common.Count == MaxCommonKept) _common.Clear();
        _common.Add(term);
        return true;
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

    /// <summary>Of one file; a store's are read file by file.</summary>
    public FileVectors VectorsOf(long file, int dimensions)
    {
        var (chunks, vectors) = (new List<long>(), new MemoryStream());
        using var command = Command(
            "SELECT id, vector FROM vectors WHERE id >= @from AND id < @to ORDER BY id", null, ("@from", Schema.ChunkId(file, 0)), ("@to", Schema.ChunkId(file + 1, 0)));
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            var vector = SQLitePCL.raw.sqlite3_column_blob(rows.Handle, 1);
            if (vector.Length != Direction.BytesOf(dimensions)) continue;
            chunks.Add(rows.GetInt64(0));
            vectors.Write(vector);
        }

        return new FileVectors([.. chunks], vectors.ToArray());
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
