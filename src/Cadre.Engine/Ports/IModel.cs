using Cadre.Engine.Models;

namespace Cadre.Engine.Ports;

/// <summary>A way to reach language models; the request names the model.</summary>
public interface IModel
{
    /// <summary>Streams one reply. Throws only <see cref="OperationCanceledException"/>; every other failure is the last chunk.</summary>
    IAsyncEnumerable<ModelChunk> StreamAsync(ModelRequest request, CancellationToken cancellationToken);
}
