using Cadre.Knowledge;

namespace Cadre.Bench.Knowledge;

/// <summary>A vector for each text that costs next to nothing: what is measured is what is done with it.</summary>
internal sealed class NoiseEmbedder(int dimensions) : IEmbedder
{
    public string Id => "noise";

    public ValueTask<IReadOnlyList<ReadOnlyMemory<float>>?> EmbedAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<ReadOnlyMemory<float>>?>([.. texts.Select(text => new ReadOnlyMemory<float>(Vector(text)))]);

    private float[] Vector(string text)
    {
        var state = text.Aggregate(2166136261u, (hash, character) => (hash ^ character) * 16777619u) | 1;
        var vector = new float[dimensions];
        for (var i = 0; i < dimensions; i++)
        {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            vector[i] = (int)state / (float)int.MaxValue;
        }

        return vector;
    }
}
