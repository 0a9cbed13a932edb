namespace Cadre.Knowledge.Search;

/// <summary>Reciprocal rank fusion: what stands high in any list stands high in the result, whatever the lists' scores mean.</summary>
internal static class RankFusion
{
    /// <summary>The usual constant: how little the first ranks differ.</summary>
    private const double K = 60;

    /// <param name="lists">Each best first, with its weight.</param>
    /// <returns>Best first; 1 is the score of what is first in every list.</returns>
    public static List<(T Item, double Score)> Fuse<T>(params ReadOnlySpan<(IReadOnlyList<T> Ranked, double Weight)> lists) where T : notnull
    {
        var scores = new Dictionary<T, double>();
        var order = new List<T>();
        var best = 0.0;
        foreach (var (ranked, weight) in lists)
        {
            if (weight <= 0) continue;
            best += weight / (K + 1);
            for (var i = 0; i < ranked.Count; i++)
            {
                if (!scores.TryGetValue(ranked[i], out var score)) order.Add(ranked[i]);
                scores[ranked[i]] = score + weight / (K + 1 + i);
            }
        }

        return [.. order.Select(item => (item, Math.Min(1, scores[item] / best))).OrderByDescending(item => item.Item2)];
    }
}
