using System.Runtime.InteropServices;
using Cadre.Knowledge.Index;

namespace Cadre.Knowledge.Search;

/// <summary>One query against one store.</summary>
internal sealed record StoreSearch(WordQuery Words, float[]? Vector, string? Embedder, FilterSql Filter, Ranker Ranker)
{
    /// <summary>Candidates of each list, from each store.</summary>
    public const int MaxCandidates = 200;

    public List<Candidate> ByWords(StoreReader reader)
    {
        if (Words.IsEmpty) return [];
        var any = reader.ByWords(Words.Any, Filter, MaxCandidates);
        if (Ranker is Ranker.None || Words.Terms.Count == 1) return any;
        var all = reader.ByWords(Words.All, Filter, MaxCandidates);
        var first = all.Select(candidate => candidate.Chunk).ToHashSet();
        return [.. all.Select(candidate => candidate with { HoldsAll = true }), .. any.Where(candidate => !first.Contains(candidate.Chunk))];
    }

    public List<Candidate> ByVector(StoreReader reader)
    {
        if (Vector is null) return [];
        var files = reader.Embedded(Embedder!, Vector.Length, Filter);
        if (files.Count == 0) return [];
        var top = new TopCandidates(MaxCandidates);
        reader.EachVector(-1, (chunk, bytes) =>
        {
            if (files.Contains(Schema.FileOf(chunk))) top.Add(chunk, Vectors.Dot(Vector, MemoryMarshal.Cast<byte, float>(bytes)));
        });
        return top.ToList();
    }
}
