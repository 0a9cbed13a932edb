using System.Net;
using Cadre.Models.Endpoints;
using Cadre.Server.Http;
using Microsoft.AspNetCore.Http;
using Endpoint = Cadre.Models.Endpoints.Endpoint;

namespace Cadre.Server.Upstreams;

/// <summary>The model endpoint as something that requests are passed on to. Its key stands in place of the caller's, and never leaves in an answer.</summary>
public sealed class Upstream : IDisposable
{
    /// <summary>A changed DNS entry is seen after this.</summary>
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    /// <summary>Shorter than what common servers keep an idle connection for.</summary>
    private static readonly TimeSpan IdleFor = TimeSpan.FromSeconds(50);

    private readonly HttpMessageInvoker _invoker;
    private readonly Endpoint _endpoint;
    private readonly string? _authorization;

    public Upstream(Endpoint endpoint)
    {
        _endpoint = endpoint;
        _authorization = endpoint.ApiKey is { IsEmpty: false } key ? $"Bearer {key.Reveal()}" : null;
        _invoker = new(new SocketsHttpHandler
        {
            ConnectTimeout = endpoint.Timeouts.Connect,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = endpoint.Proxy is not null,
            Proxy = endpoint.Proxy is { } proxy ? new WebProxy(proxy) : null,
            PooledConnectionLifetime = ConnectionLifetime,
            PooledConnectionIdleTimeout = IdleFor,
            EnableMultipleHttp2Connections = true,
            ActivityHeadersPropagator = null,
        });
    }

    public Timeouts Timeouts => _endpoint.Timeouts;

    /// <param name="path">Below the endpoint's base address, without a leading slash.</param>
    /// <param name="query">Of the caller, with its question mark; may be empty.</param>
    public HttpRequestMessage Compose(HttpMethod method, string path, string query = "")
    {
        var own = _endpoint.BaseUrl.Query;
        var request = new HttpRequestMessage(method, $"{_endpoint.Address}/{path}{(own.Length == 0 ? query : query.Length == 0 ? own : $"{own}&{query.AsSpan(1)}")}")
        {
            Version = _endpoint.BaseUrl.Scheme == Uri.UriSchemeHttps ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        if (_authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", _authorization);
        foreach (var header in _endpoint.Headers)
        {
            request.Headers.Remove(header.Name);
            request.Headers.TryAddWithoutValidation(header.Name, header.Value.Reveal());
        }

        return request;
    }

    /// <summary>The answer, its body unread.</summary>
    /// <exception cref="ApiException">502: the endpoint cannot be reached. 504: it is silent.</exception>
    /// <param name="patience">Fires when the endpoint has been silent for too long, or when <paramref name="caller"/> does.</param>
    /// <param name="caller">Fires when the caller is gone.</param>
    public async ValueTask<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken patience, CancellationToken caller)
    {
        try
        {
            return await _invoker.SendAsync(request, patience);
        }
        catch (OperationCanceledException) when (!caller.IsCancellationRequested)
        {
            throw Silent();
        }
        catch (HttpRequestException failure)
        {
            throw Unreachable(failure.HttpRequestError);
        }
        catch (IOException)
        {
            throw Unreachable(HttpRequestError.ResponseEnded);
        }
    }

    /// <summary>Takes the key, and what else is secret, out of a text that the endpoint wrote.</summary>
    public string Mask(string text)
    {
        if (_endpoint.ApiKey is { } key) text = key.Mask(text);
        foreach (var header in _endpoint.Headers) text = header.Value.Mask(text);
        return text;
    }

    public void Dispose() => _invoker.Dispose();

    private static ApiException Silent() =>
        new(StatusCodes.Status504GatewayTimeout, "The model endpoint did not answer in time.") { Type = "server_error", Code = "upstream_timeout" };

    private static ApiException Unreachable(HttpRequestError error) =>
        new(StatusCodes.Status502BadGateway, $"The model endpoint could not be reached ({Word(error)}).") { Type = "server_error", Code = "upstream_unreachable" };

    private static string Word(HttpRequestError error) => error switch
    {
        HttpRequestError.NameResolutionError => "its name cannot be resolved",
        HttpRequestError.ConnectionError => "no connection",
        HttpRequestError.SecureConnectionError => "no secure connection",
        HttpRequestError.ResponseEnded => "it closed the connection",
        HttpRequestError.InvalidResponse => "it does not answer in HTTP",
        _ => "the request failed",
    };
}
