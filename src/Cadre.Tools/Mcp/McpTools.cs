using Cadre.Engine.Ports;
using Cadre.Engine.Tools;
using Cadre.Tools.Mcp.Calls;
using Cadre.Tools.Mcp.Configuration;
using Cadre.Tools.Mcp.Connections;
using Cadre.Tools.Mcp.OAuth;
using Cadre.Tools.Mcp.Pins;

namespace Cadre.Tools.Mcp;

/// <summary>
/// The tools of the servers in mcp.json. Connections are opened by the first list, side by side, and kept; a server that does not answer costs
/// <see cref="McpOptions.ConnectTimeout"/> once and nothing while it is known to be down. A changed mcp.json is read again by the next list.
/// </summary>
public sealed class McpTools : IToolSource, IAsyncDisposable
{
    private readonly McpOptions _options;
    private readonly TimeProvider _time;
    private readonly LinkOpener _opener;
    private readonly SemaphoreSlim _reading = new(1, 1);
    private Dictionary<string, EndpointClient> _clients = [];
    private McpConfiguration _configuration = McpConfiguration.Empty;
    private (DateTime Written, long Length)? _stamp;

    public McpTools(McpOptions options, ISandbox sandbox, IAudit audit, TimeProvider time)
    {
        (_options, _time, _opener) = (options, time, new(options, sandbox, audit, time));
        (Pins, Calls) = (new(new PinStore(options.McpDirectory, time), audit, time), new(audit, time));
    }

    internal PinKeeper Pins { get; }

    internal AuditedCall Calls { get; }

    internal McpOptions Options => _options;

    internal TimeProvider Time => _time;

    public async ValueTask<IReadOnlyList<ITool>> ListAsync(Owner owner, CancellationToken cancellationToken)
    {
        var (_, clients) = await ReadAsync(cancellationToken);
        var lists = await Task.WhenAll(clients.Select(client => OfferAsync(client, cancellationToken)));
        return [.. lists.SelectMany(tools => tools)];
    }

    public async ValueTask DisposeAsync()
    {
        await _reading.WaitAsync();
        try
        {
            await Task.WhenAll(_clients.Values.Select(client => client.DisposeAsync().AsTask()));
            (_clients, _configuration) = ([], McpConfiguration.Empty);
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <inheritdoc cref="LinkOpener.FlowOf"/>
    internal OAuthFlow? FlowOf(McpEndpoint.Http endpoint, Uri redirectUri) => _opener.FlowOf(endpoint, redirectUri);

    /// <summary>Whether mcp.json has an endpoint of this name, be it a faulty one.</summary>
    internal async ValueTask<bool> HasAsync(string endpoint, CancellationToken cancellationToken)
    {
        var (configuration, _) = await ReadAsync(cancellationToken);
        return configuration.Endpoints.Select(known => known.Name).Concat(configuration.Problems.Select(problem => problem.Endpoint)).Contains(endpoint, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The configuration in force, and its endpoints in the order of the file.</summary>
    internal async ValueTask<(McpConfiguration Configuration, IReadOnlyList<EndpointClient> Clients)> ReadAsync(CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken);
        try
        {
            var file = new FileInfo(_options.ConfigurationPath);
            var stamp = file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
            if (_stamp != stamp)
            {
                await ApplyAsync(McpConfiguration.Load(_options.ConfigurationPath));
                _stamp = stamp;
            }

            return (_configuration, [.. _configuration.Endpoints.Select(endpoint => _clients[endpoint.Name])]);
        }
        finally
        {
            _reading.Release();
        }
    }

    private async ValueTask ApplyAsync(McpConfiguration configuration)
    {
        var kept = _clients.Where(pair => configuration.Endpoints.Any(endpoint => endpoint.Name == pair.Key && Same(endpoint, pair.Value.Endpoint))).ToDictionary();
        foreach (var (name, client) in _clients)
        {
            if (!kept.ContainsKey(name)) await client.DisposeAsync();
        }

        foreach (var endpoint in configuration.Endpoints)
        {
            if (!kept.ContainsKey(endpoint.Name)) kept[endpoint.Name] = new(endpoint, _options, _opener, Pins, null, _time);
        }

        (_clients, _configuration) = (kept, configuration);
    }

    // Collections compare by reference: an endpoint that was read again is another one, unless it was not read again at all.
    private static bool Same(McpEndpoint a, McpEndpoint b) => ReferenceEquals(a, b);

    private async Task<IEnumerable<ITool>> OfferAsync(EndpointClient client, CancellationToken cancellationToken)
    {
        return client.Offered(await client.ListAsync(live: false, cancellationToken), Calls);
    }
}
