namespace Cadre.Knowledge;

/// <param name="Directory">Holds one SQLite file for each vector store, "STORE.db"; made when it is first needed.</param>
public sealed record KnowledgeOptions(string Directory)
{
    /// <summary>Vector stores whose files are kept open; more are open only while all of them are in use.</summary>
    public int MaxOpenStores { get; init; } = 64;

    /// <summary>Searches of one store that run side by side; more of them wait.</summary>
    public int MaxReadersPerStore { get; init; } = 4;

    /// <summary>Of one file; OpenAI's limit.</summary>
    public long MaxTokensPerFile { get; init; } = 5_000_000;

    /// <summary>Texts that go to the embedder at once.</summary>
    public int EmbeddingBatchTexts { get; init; } = 64;

    /// <summary>Characters that go to the embedder at once; a single chunk may be longer.</summary>
    public int EmbeddingBatchCharacters { get; init; } = 128 << 10;

    /// <summary>Chunks that are written in one transaction.</summary>
    public int ChunksPerWrite { get; init; } = 1024;

    /// <summary>Of a query that is looked at.</summary>
    public int MaxQueryCharacters { get; init; } = 8 << 10;

    /// <summary>Memory for vectors, all stores together; those of a store that does not fit are read from its file at each search.</summary>
    public long VectorCacheBytes { get; init; } = 512L << 20;
}
