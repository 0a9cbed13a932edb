using System.Net.Http.Headers;
using System.Text.Json;
using Cadre.Models.Endpoints;

namespace Cadre.Models.Http;

/// <summary>The connection to one endpoint. Redirects are not followed (the key would go with them), cookies are not kept, the environment's proxy is not used.</summary>
internal sealed class EndpointHttp : IDisposable
{
    /// <summary>A changed DNS entry is seen after this.</summary>
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly Endpoint _endpoint;
    private readonly TimeProvider _time;
    private readonly Action<ModelCallRecord>? _report;
    private readonly HttpClient _client;

    public EndpointHttp(Endpoint endpoint, TimeProvider time, Action<ModelCallRecord>? report)
    {
        if (endpoint.Problem is { } problem) throw new ArgumentException(problem, nameof(endpoint));
        (_endpoint, _time, _report) = (endpoint, time, report);
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = endpoint.Timeouts.Connect,
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = endpoint.Proxy is not null,
            Proxy = endpoint.Proxy is { } proxy ? new System.Net.WebProxy(proxy) : null,
            PooledConnectionLifetime = ConnectionLifetime,
            ActivityHeadersPropagator = null,
        };
        _client = new(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public Endpoint Endpoint => _endpoint;

    public TimeProvider Time => _time;

    public Exchange Begin(CallSubject subject, CancellationToken cancellationToken) => new(_endpoint, subject, _time, _report, cancellationToken);

    /// <summary>Never throws but for the caller's cancellation.</summary>
    /// <param name="body">Null asks with GET.</param>
    public async Task<Opening> OpenAsync(Exchange exchange, ReadOnlyMemory<byte>? body)
    {
        try
        {
            return await SendAsync(exchange, body);
        }
        catch (Exception exception) when (exchange.FailureOf(exception) is { } failure)
        {
            return new Opening.Refused(new(failure));
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<Opening> SendAsync(Exchange exchange, ReadOnlyMemory<byte>? body)
    {
        using var request = Compose(exchange.Subject.Path, body);
        exchange.Sends(body?.Length ?? 0);
        var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, exchange.Token);
        exchange.Answered(response);
        var reply = new ReplyBody(await response.Content.ReadAsStreamAsync(exchange.Token), exchange);

        if (!response.IsSuccessStatusCode) return await ReadRefusalAsync(exchange, response, reply);
        if (response.Content.Headers.ContentType?.MediaType == "text/event-stream") return new Opening.Streaming(reply);
        return await reply.PeekAsync() switch
        {
            (byte)'{' or (byte)'[' => ReadWhole(exchange, await reply.ReadWholeAsync(WireLimits.WholeBytes, cutsAtLimit: false)),
            (byte)'d' or (byte)'e' or (byte)'i' or (byte)'r' or (byte)':' => new Opening.Streaming(reply),
            null => throw new WireViolationException("answered with an empty body."),
            _ => throw new WireViolationException($"answered {exchange.Subject.Path} with {ErrorBody.Quote(response.Content.Headers.ContentType?.MediaType ?? "an unnamed type")}, which is no model's reply."),
        };
    }

    private HttpRequestMessage Compose(string path, ReadOnlyMemory<byte>? body)
    {
        var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, _endpoint.Resolve(path));
        request.Headers.TryAddWithoutValidation("Accept", body is null ? "application/json" : "text/event-stream, application/json");
        request.Headers.TryAddWithoutValidation("User-Agent", "cadre");
        if (_endpoint.ApiKey is { IsEmpty: false } key) request.Headers.Authorization = new("Bearer", key.Reveal());
        foreach (var header in _endpoint.Headers)
        {
            request.Headers.Remove(header.Name);
            request.Headers.TryAddWithoutValidation(header.Name, header.Value.Reveal());
        }

        if (body is { } bytes) request.Content = new ReadOnlyMemoryContent(bytes) { Headers = { ContentType = Json } };
        return request;
    }

    private async Task<Opening> ReadRefusalAsync(Exchange exchange, HttpResponseMessage response, ReplyBody reply)
    {
        var status = (int)response.StatusCode;
        var error = status is >= 300 and < 400
            ? new($"redirects to {ErrorBody.Quote(response.Headers.Location?.ToString() ?? "nowhere")}; give that address as the base URL if you trust it.")
            : ErrorBody.Parse(await reply.ReadWholeAsync(WireLimits.ErrorBytes, cutsAtLimit: true));
        return Refused(exchange, error, RetryAfter.Read(response.Headers, _time.GetUtcNow()));
    }

    /// <summary>LM Studio reports an unknown path as an error with status 200.</summary>
    private static Opening ReadWhole(Exchange exchange, ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        var root = document.RootElement;
        var isError = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("error", out var error)
            && error.ValueKind is JsonValueKind.Object or JsonValueKind.String && !root.TryGetProperty("output", out _);
        return isError ? Refused(exchange, ErrorBody.Read(root), null) : new Opening.Whole(body);
    }

    private static Opening.Refused Refused(Exchange exchange, ErrorBody error, TimeSpan? retryAfter) =>
        new(new(exchange.FailureOf(error, exchange.Status, retryAfter), error.Code, error.Param, error.Message));
}
