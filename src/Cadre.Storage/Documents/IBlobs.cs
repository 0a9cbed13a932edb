namespace Cadre.Storage.Documents;

/// <summary>Contents of files, by the SHA-256 (hex) of what is in them: the same content is kept once.</summary>
public interface IBlobs
{
    /// <summary>Durable when the task completes.</summary>
    /// <exception cref="InvalidDataException">More than <paramref name="maxBytes"/> came.</exception>
    ValueTask<Blob> PutAsync(Stream content, long maxBytes, CancellationToken cancellationToken);

    /// <summary>Seekable. Null when there is none.</summary>
    Stream? Open(string hash);

    /// <summary>Host path of the content, for programs that read files: read-only. Null when there is none.</summary>
    string? PathOf(string hash);

    /// <summary>Removes blobs older than <paramref name="age"/> that <paramref name="isUsed"/> does not know.</summary>
    ValueTask<int> SweepAsync(Func<string, CancellationToken, ValueTask<bool>> isUsed, TimeSpan age, CancellationToken cancellationToken);
}

public sealed record Blob(string Hash, long Bytes);
