namespace Cadre.Knowledge;

/// <summary>Turns texts into vectors, with whatever retries are worth it.</summary>
public interface IEmbedder
{
    /// <summary>Names the model; vectors of another one are not compared.</summary>
    string Id { get; }

    /// <returns>A vector for each text, all of one length; null when the endpoint gives none now.</returns>
    ValueTask<IReadOnlyList<ReadOnlyMemory<float>>?> EmbedAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken);
}
