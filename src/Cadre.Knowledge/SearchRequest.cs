namespace Cadre.Knowledge;

/// <param name="Query">Any text.</param>
public sealed record SearchRequest(string Query)
{
    public const int HighestMaxResults = 50;

    public int MaxResults { get; init; } = 20;

    public AttributeFilter? Filter { get; init; }

    /// <summary>0 to 1; what scores less is left out.</summary>
    public double? ScoreThreshold { get; init; }

    public Ranker Ranker { get; init; }

    /// <summary>Weight of the vectors' ranks where there are both. Null: 1.</summary>
    public double? EmbeddingWeight { get; init; }

    /// <summary>Weight of the words' ranks. Null: 1.</summary>
    public double? TextWeight { get; init; }
}

public enum Ranker
{
    /// <summary>Chunks that hold every word of the query go before those that do not.</summary>
    Auto,

    /// <summary>BM25 as it is.</summary>
    None,
}
