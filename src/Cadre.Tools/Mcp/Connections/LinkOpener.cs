using System.Reflection;
using Cadre.Engine.Ports;
using Cadre.Tools.Mcp.Configuration;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Cadre.Tools.Mcp.Connections;

/// <summary>
/// Opens connections: asks for 2026-07-28 first and falls back to the handshake of older servers. No capability is declared, so a server that
/// asks for sampling, roots or elicitation is told that there is none.
/// </summary>
internal sealed class LinkOpener(McpOptions options, ISandbox sandbox, IAudit audit, TimeProvider time)
{
    private const string ListChanged = "notifications/tools/list_changed";
    private static readonly string CadreVersion = typeof(LinkOpener).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    public async ValueTask<Opening> OpenAsync(McpEndpoint endpoint, CancellationToken cancellationToken)
    {
        var mask = SecretMask.Of(endpoint, options.Environment);
        var allowance = new ReadAllowance();
        IAsyncDisposable? carrier = null;
        try
        {
            IClientTransport transport;
            if (endpoint is McpEndpoint.Stdio stdio)
            {
                if (stdio.Network && !options.AllowNetwork) return Opening.Unavailable("It asks for the network, and ALLOW_NET is off.");
                if (Resolve(stdio.Environment, out var environment) is { } missing) return Opening.Unavailable(missing);
                var process = await StdioCarrier.StartAsync(stdio, options, sandbox, environment, cancellationToken);
                carrier = process;
                transport = new StreamClientTransport(process.Input, new AllowanceStream(process.Output, allowance));
            }
            else
            {
                if (Http((McpEndpoint.Http)endpoint, allowance, out var http) is { } refusal) return Opening.Unavailable(refusal);
                carrier = http;
                transport = http!;
            }

            return await GreetAsync(transport, allowance, carrier!, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // A stranger's server through a foreign library: whatever goes wrong is the endpoint's failure, and its reason is shown.
            if (carrier is not null) await carrier.DisposeAsync();
            var words = carrier is StdioCarrier { LastWords: { Length: > 0 } said } ? $" It wrote: {said}" : "";
            return Opening.Unavailable(PlainText.OneLine(mask.Apply(Reason.Of(exception) + words), Reason.MaxChars));
        }
        catch
        {
            if (carrier is not null) await carrier.DisposeAsync();
            throw;
        }
    }

    private async ValueTask<Opening> GreetAsync(IClientTransport transport, ReadAllowance allowance, IAsyncDisposable carrier, CancellationToken cancellationToken)
    {
        Link? link = null;
        var changedEarly = false;
        var client = await McpClient.CreateAsync(
            transport,
            new()
            {
                ClientInfo = new() { Name = "cadre", Version = CadreVersion },
                InitializationTimeout = options.ConnectTimeout,
                DiscoverProbeTimeout = TimeSpan.FromSeconds(5),
                Handlers = new()
                {
                    NotificationHandlers = [new(ListChanged, (_, _) =>
                    {
                        if (link is null) changedEarly = true;
                        link?.ListChanged();
                        return ValueTask.CompletedTask;
                    })],
                },
            },
            loggerFactory: null,
            cancellationToken).WaitAsync(options.ConnectTimeout, cancellationToken);
        link = new(client, allowance, carrier);
        if (changedEarly) link.ListChanged();
        return new(link, "");
    }

    private string? Http(McpEndpoint.Http endpoint, ReadAllowance allowance, out HttpClientTransport? transport)
    {
        transport = null;
        if (Placeholders.Resolve(endpoint.Url, options.Environment, out var missing) is not { } text) return NotSet(missing!);
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")) return "The address is not an http or https address once its variables are filled in.";
        if (Resolve(endpoint.Headers, out var headers) is { } refusal) return refusal;
        if (headers.FirstOrDefault(header => header.Value.Any(char.IsControl)) is { Key: { } bad }) return $"The value of the header {bad} holds a control character.";

        var gate = new HttpGate(endpoint.Name, new(url, options.Gate, options.PrivateHosts), url, audit, time);
        var sockets = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ConnectTimeout = options.ConnectTimeout,
            MaxResponseHeadersLength = 32,
            ConnectCallback = gate.ConnectAsync,
        };
        var client = new HttpClient(new BoundedHandler(sockets, allowance)) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = ReadAllowance.Bytes };
        transport = new(
            new()
            {
                Endpoint = url,
                Name = endpoint.Name,
                TransportMode = HttpTransportMode.StreamableHttp,
                ConnectionTimeout = options.ConnectTimeout,
                AdditionalHeaders = headers,
                EnableStandaloneGetStream = false,
                MaxReconnectionAttempts = 1,
            },
            client,
            loggerFactory: null,
            ownsHttpClient: true);
        return null;
    }

    private string? Resolve(IReadOnlyDictionary<string, string> texts, out Dictionary<string, string> values)
    {
        values = [];
        foreach (var (name, text) in texts)
        {
            if (Placeholders.Resolve(text, options.Environment, out var missing) is not { } value) return NotSet(missing!);
            values[name] = value;
        }

        return null;
    }

    private static string NotSet(string variable) => $"The environment variable {variable} is not set.";
}
