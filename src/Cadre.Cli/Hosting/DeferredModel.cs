using System.Runtime.CompilerServices;
using Cadre.Engine.Models;
using Cadre.Engine.Ports;

namespace Cadre.Cli.Hosting;

/// <summary>A model that is connected to when it is first spoken to: most commands never speak to one.</summary>
internal sealed class DeferredModel(Func<Task<IModel>> connect) : IModel
{
    private readonly Lazy<Task<IModel>> _model = new(connect);

    public async IAsyncEnumerable<ModelChunk> StreamAsync(ModelRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var model = await _model.Value.WaitAsync(cancellationToken);
        await foreach (var chunk in model.StreamAsync(request, cancellationToken)) yield return chunk;
    }
}
