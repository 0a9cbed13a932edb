using Cadre.Knowledge.Index;

namespace Cadre.Knowledge.Search;

/// <summary>One query against one store.</summary>
internal sealed record StoreSearch(WordQuery Words, Direction? Vector, string? Embedder, FilterSql Filter, Ranker Ranker)
{
    /// <summary>Candidates of each list, from each store.</summary>
    public const int MaxCandidates = 200;

    public List<Candidate> ByWords(StoreReader reader) => reader.ByWords(Words, preferAll: Ranker is Ranker.Auto, Filter, MaxCandidates);

    public List<Candidate> ByVector(StoreReader reader, VectorCache cache)
    {
        if (Vector is null) return [];
        var top = new TopCandidates(MaxCandidates);
        var size = Direction.BytesOf(Vector.Dimensions);
        foreach (var file in reader.Embedded(Embedder!, Vector.Dimensions, Filter))
        {
            if (cache.Find(file) is not { } vectors)
            {
                vectors = reader.VectorsOf(file, Vector.Dimensions);
                cache.TryAdd(file, vectors);
            }

            for (var i = 0; i < vectors.Chunks.Length; i++) top.Add(vectors.Chunks[i], Vector.SimilarityTo(vectors.Vectors.AsSpan(i * size, size)));
        }

        return top.ToList();
    }
}
