using System.Reflection;
using System.Text.Json;
using Cadre.Engine.Ports;
using Cadre.Tools.Mcp.Configuration;
using Cadre.Tools.Mcp.OAuth;
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

    /// <summary>For servers that answer the question which protocols they know with something else.</summary>
    private const string OlderProtocol = "2025-11-25";

    private static readonly TimeSpan SilentFor = TimeSpan.FromSeconds(5);
    private static readonly string CadreVersion = typeof(LinkOpener).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    public async ValueTask<Opening> OpenAsync(McpEndpoint endpoint, OAuthSession? session, CancellationToken cancellationToken)
    {
        var (opening, failure) = await TryAsync(endpoint, session, null, cancellationToken);
        if (endpoint is McpEndpoint.Http && failure is JsonException) (opening, _) = await TryAsync(endpoint, session, OlderProtocol, cancellationToken);
        return opening;
    }

    /// <param name="version">The only one to speak; null: what the server knows.</param>
    private async ValueTask<(Opening Opening, Exception? Failure)> TryAsync(McpEndpoint endpoint, OAuthSession? session, string? version, CancellationToken cancellationToken)
    {
        var mask = SecretMask.Of(endpoint, options.Environment, session);
        var allowance = new ReadAllowance();
        IAsyncDisposable? carrier = null;
        try
        {
            IClientTransport transport;
            if (endpoint is McpEndpoint.Stdio stdio)
            {
                if (stdio.Network && !options.AllowNetwork) return (Opening.Unavailable("It asks for the network, and ALLOW_NET is off."), null);
                if (Resolve(stdio.Environment, out var environment) is { } missing) return (Opening.Unavailable(missing), null);
                var process = await StdioCarrier.StartAsync(stdio, options, sandbox, environment, cancellationToken);
                carrier = process;
                transport = new StreamClientTransport(process.Input, new AllowanceStream(process.Output, allowance));
            }
            else
            {
                if (Http((McpEndpoint.Http)endpoint, session, allowance, out var http) is { } refusal) return (Opening.Unavailable(refusal), null);
                carrier = http;
                transport = http!;
            }

            return (await GreetAsync(transport, allowance, carrier!, version, cancellationToken), null);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // A stranger's server through a foreign library: whatever goes wrong is the endpoint's failure, and its reason is shown.
            if (carrier is not null) await carrier.DisposeAsync();
            if (SignInRequiredException.In(exception) is { } needed) return (new(null, needed.Message) { NeedsSignIn = true }, exception);
            var words = carrier is StdioCarrier { LastWords: { Length: > 0 } said } ? $" It wrote: {said}" : "";
            return (Opening.Unavailable(PlainText.OneLine(mask.Apply(Reason.Of(exception) + words), Reason.MaxChars)), exception);
        }
        catch
        {
            if (carrier is not null) await carrier.DisposeAsync();
            throw;
        }
    }

    /// <summary>The session that the endpoint's connections share; null for one that is not signed in to.</summary>
    public OAuthSession? SessionOf(McpEndpoint endpoint)
    {
        if (endpoint is not McpEndpoint.Http http || options.SignIns is not { } signIns || FlowOf(http) is not { } flow) return null;
        return new(flow, signIns.VaultOf(http), signIns.Prompt, signIns.HowTo(http.Name), time);
    }

    /// <summary>Null when the endpoint is not signed in to, or its address is not known.</summary>
    /// <param name="redirectUri">Where the browser of this one sign-in comes back to; null: where all do.</param>
    public OAuthFlow? FlowOf(McpEndpoint.Http endpoint, Uri? redirectUri = null)
    {
        if (options.SignIns is not { } signIns || endpoint.Headers.Keys.Contains("Authorization", StringComparer.OrdinalIgnoreCase)) return null;
        if (Placeholders.Resolve(endpoint.Url, options.Environment, out _) is not { } text || !Uri.TryCreate(text, UriKind.Absolute, out var url)) return null;
        var settings = endpoint.OAuth ?? OAuthSettings.Default;
        var (id, secret) = (Filled(settings.ClientId), Filled(settings.ClientSecret));
        var wire = new OAuthWire(endpoint.Name, new(url, options.Gate, options.PrivateHosts), audit, time);
        return new(url, wire, new(redirectUri ?? signIns.RedirectUri, signIns.ClientDocument, id, secret, settings.Scopes), time);

        string? Filled(string? value) => value is null ? null : Placeholders.Resolve(value, options.Environment, out _);
    }

    private async ValueTask<Opening> GreetAsync(IClientTransport transport, ReadAllowance allowance, IAsyncDisposable carrier, string? version, CancellationToken cancellationToken)
    {
        Link? link = null;
        var changedEarly = false;
        var client = await McpClient.CreateAsync(
            transport,
            new()
            {
                ClientInfo = new() { Name = "cadre", Version = CadreVersion },
                ProtocolVersion = version,
                InitializationTimeout = options.ConnectTimeout,
                // A program that does not know the question may keep silent; over HTTP there is always an answer, be it a late one.
                DiscoverProbeTimeout = carrier is StdioCarrier ? SilentFor : options.ConnectTimeout,
                Handlers = new()
                {
                    ElicitationHandler = options.Handlers?.ElicitationHandler,
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

    private string? Http(McpEndpoint.Http endpoint, OAuthSession? session, ReadAllowance allowance, out HttpClientTransport? transport)
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
        HttpMessageHandler handler = new BoundedHandler(sockets, allowance);
        if (session is not null) handler = new AuthorizedHandler(handler, session);
        var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = ReadAllowance.Bytes };
        transport = new(
            new()
            {
                Endpoint = url,
                Name = endpoint.Name,
                TransportMode = HttpTransportMode.StreamableHttp,
                ConnectionTimeout = options.ConnectTimeout,
                AdditionalHeaders = headers,
                EnableStandaloneGetStream = options.Handlers is not null,
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
