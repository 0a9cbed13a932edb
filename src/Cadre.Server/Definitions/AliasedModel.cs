using System.Runtime.CompilerServices;
using Cadre.Engine.Models;
using Cadre.Engine.Ports;

namespace Cadre.Server.Definitions;

/// <summary>Asks the model that a name stands for; the run keeps the name that its caller wrote.</summary>
internal sealed class AliasedModel(IModel model, ModelNames names) : IModel
{
    public IAsyncEnumerable<ModelChunk> StreamAsync(ModelRequest request, CancellationToken cancellationToken)
    {
        var name = names.ResolveAsync(request.Model, cancellationToken);
        return name.IsCompletedSuccessfully ? model.StreamAsync(Named(request, name.Result), cancellationToken) : StreamAsync(request, name.AsTask(), cancellationToken);
    }

    private async IAsyncEnumerable<ModelChunk> StreamAsync(ModelRequest request, Task<string> name, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var chunk in model.StreamAsync(Named(request, await name), cancellationToken)) yield return chunk;
    }

    private static ModelRequest Named(ModelRequest request, string name) => name == request.Model ? request : request with { Model = name };
}
