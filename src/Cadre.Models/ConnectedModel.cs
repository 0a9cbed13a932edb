using Cadre.Engine.Models;
using Cadre.Engine.Ports;
using Cadre.Models.Capabilities;
using Cadre.Models.Endpoints;
using Cadre.Models.Http;
using Cadre.Models.Prices;
using Cadre.Models.Retries;
using Cadre.Models.Wires;
using Cadre.Models.Wires.ChatCompletions;
using Cadre.Models.Wires.Responses;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cadre.Models;

/// <summary>The models of one endpoint, ready for use; share one per endpoint, it holds the connections.</summary>
public sealed class ConnectedModel : IModel, IDisposable
{
    private readonly EndpointHttp _http;
    private readonly CapabilityCards _cards;
    private readonly IModel _model;
    private readonly Prober _prober;

    /// <summary>The only place that knows the layers. Outermost first: prices, retries, the card's choice of wire and shape, the two wires, HTTP.</summary>
    /// <exception cref="ArgumentException"><see cref="Endpoint.Problem"/> is not null.</exception>
    public ConnectedModel(EndpointOptions options, TimeProvider time, ILogger? logger = null)
    {
        logger ??= NullLogger.Instance;
        Endpoint = options.Endpoint;
        _http = new(Endpoint, time, options.OnCall);
        _cards = new(Endpoint.Address, options.StateDirectory, time, logger);

        var responses = new WireClient(_http, new ResponsesWire(Endpoint));
        var chat = new WireClient(_http, new ChatCompletionsWire(Endpoint));
        var endpoint = new EndpointModel(responses, chat, _cards, options, logger);
        var retrying = new RetryingModel(endpoint.StreamAsync, Endpoint.Retries, time, options.Random);
        _model = new PricingModel(retrying, options.Prices, Endpoint.Authority);
        _prober = new(_http, (scratch, anyWire) => new(responses, chat, scratch, anyWire, logger), _cards, options);
    }

    public Endpoint Endpoint { get; }

    /// <summary>What is known about the endpoint now.</summary>
    public CapabilityCard Card => _cards.Card;

    public IAsyncEnumerable<ModelChunk> StreamAsync(ModelRequest request, CancellationToken cancellationToken) => _model.StreamAsync(request, cancellationToken);

    /// <summary>Asks the endpoint what it and one model can do, and keeps the answers as its card. Costs about ten short requests.</summary>
    public Task<CapabilityCard> ProbeAsync(string model, CancellationToken cancellationToken) => _prober.ProbeAsync(model, cancellationToken);

    /// <summary>The endpoint's own list of models.</summary>
    public Task<ModelListing> ListModelsAsync(CancellationToken cancellationToken) => _prober.ListAsync(cancellationToken);

    public void Dispose() => _http.Dispose();
}
