namespace Cadre.Knowledge.Tests.Search;

/// <summary>A small model of meaning: words of one group are near each other, all others are far from everything but themselves.</summary>
internal sealed class ConceptEmbedder(string id = "concepts", int dimensions = 64) : IEmbedder
{
    private static readonly string[][] Groups =
    [
        ["car", "automobile", "vehicle", "sedan"],
        ["doctor", "physician", "surgeon"],
        ["happy", "glad", "joyful", "cheerful"],
        ["money", "cash", "currency", "funds"],
    ];

    private int _batches;

    public string Id => id;

    /// <summary>Batches after which the endpoint is gone.</summary>
    public int EndsAfter { get; init; } = int.MaxValue;

    public List<int> BatchSizes { get; } = [];

    public Func<Task>? BeforeBatch { get; init; }

    public async ValueTask<IReadOnlyList<ReadOnlyMemory<float>>?> EmbedAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        if (BeforeBatch is not null) await BeforeBatch();
        lock (BatchSizes) BatchSizes.Add(texts.Count);
        return Interlocked.Increment(ref _batches) > EndsAfter ? null : [.. texts.Select(text => new ReadOnlyMemory<float>(Vector(text)))];
    }

    private float[] Vector(string text)
    {
        var vector = new float[dimensions];
        foreach (var word in text.ToLowerInvariant().Split([' ', '.', ',', '?', '!', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            var group = Array.FindIndex(Groups, words => words.Contains(word));
            if (group >= 0) vector[group] += 3;
            else vector[Groups.Length + (int)(Hash(word) % (uint)(dimensions - Groups.Length))] += 1;
        }

        return vector;
    }

    private static uint Hash(string word) => word.Aggregate(2166136261u, (hash, character) => (hash ^ character) * 16777619u);
}
