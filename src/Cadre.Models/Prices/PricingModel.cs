using System.Runtime.CompilerServices;
using Cadre.Engine.Models;
using Cadre.Engine.Ports;

namespace Cadre.Models.Prices;

/// <summary>Fills in what a reply cost. A reply that brings its own cost keeps it; a model without a price leaves it null.</summary>
internal sealed class PricingModel(IModel inner, PriceList prices, string host) : IModel
{
    public async IAsyncEnumerable<ModelChunk> StreamAsync(ModelRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var chunk in inner.StreamAsync(request, cancellationToken))
            yield return chunk is ModelChunk.Completed { Reply: { Cost: null } reply } ? new ModelChunk.Completed(reply with { Cost = CostOf(request, reply) }) : chunk;
    }

    /// <summary>The name that was asked for is tried first: the reply's may be a dated one that no list has.</summary>
    private decimal? CostOf(ModelRequest request, ModelReply reply) =>
        (prices.Find(request.Model, host) ?? prices.Find(reply.Model, host))?.Of(reply.Usage);
}
