using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cadre.Engine.Ports;
using Cadre.Tools.Mcp.Connections;

namespace Cadre.Tools.Mcp.OAuth;

/// <summary>
/// The requests of a sign-in. Each address comes from a stranger: it is https (or the operator's word), its host is judged by the endpoint's rules when it is
/// dialled, no redirect is followed, and an answer is bounded.
/// </summary>
internal sealed class OAuthWire : IDisposable
{
    public const int MaxBytes = 1 << 20;
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    private const int MaxAddress = 4096;

    private readonly DialRules _rules;
    private readonly HttpClient _http;

    public OAuthWire(string endpoint, DialRules rules, IAudit audit, TimeProvider time)
    {
        _rules = rules;
        var sockets = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ConnectTimeout = Timeout,
            MaxResponseHeadersLength = 32,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(15),
            ConnectCallback = new HttpGate(endpoint, rules, only: null, audit, time).ConnectAsync,
        };
        _http = new(sockets) { Timeout = Timeout, MaxResponseContentBufferSize = MaxBytes };
    }

    /// <exception cref="OAuthException">It is no address that a sign-in may use.</exception>
    public Uri Check(string? address, string what)
    {
        if (address is null || address.Length > MaxAddress || !Uri.TryCreate(address, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http") || url.UserInfo.Length > 0 || url.Fragment.Length > 0)
            throw new OAuthException($"The {what} is not a usable address.");
        return url.Scheme == Uri.UriSchemeHttps || _rules.IsOperatorsWord(DialRules.Use(url)) ? url : throw new OAuthException($"The {what} is not an https address: {Shown(url)}.");
    }

    /// <summary>Null when there is nothing at this address.</summary>
    public async ValueTask<T?> GetAsync<T>(Uri url, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Accept.Add(new("application/json"));
        request.Headers.TryAddWithoutValidation("MCP-Protocol-Version", "2026-07-28");
        using var response = await SendAsync(request, cancellationToken);
        if ((int)response.StatusCode is >= 400 and < 500) return null;
        if (response.StatusCode != HttpStatusCode.OK) throw new OAuthException($"{Shown(url)} answered with HTTP {(int)response.StatusCode}.");
        return await ReadAsync(response, url, type, cancellationToken);
    }

    /// <summary>Asks the endpoint itself, without a token, what it wants of one.</summary>
    public async ValueTask<Challenge> ChallengeAsync(Uri endpoint, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint)
        {
            Content = new StringContent("""{"jsonrpc":"2.0","id":1,"method":"ping"}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Accept.Add(new("application/json"));
        request.Headers.Accept.Add(new("text/event-stream"));
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        return Challenge.Of(response);
    }

    public async ValueTask<RegistrationAnswer> RegisterAsync(Uri url, RegistrationRequest registration, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Content = new StringContent(JsonSerializer.Serialize(registration, OAuthWireJson.Default.RegistrationRequest), Encoding.UTF8, "application/json"),
        };
        using var response = await SendAsync(request, cancellationToken);
        if (!response.IsSuccessStatusCode) throw new OAuthException($"{Shown(url)} registers no client: {await ErrorAsync(response, cancellationToken)}.");
        return await ReadAsync(response, url, OAuthWireJson.Default.RegistrationAnswer, cancellationToken);
    }

    /// <exception cref="TokenRefusedException">The issuer says no.</exception>
    public async ValueTask<TokenAnswer> TokenAsync(Uri url, OAuthClient client, Dictionary<string, string> form, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url);
        switch (client.AuthMethod)
        {
            case ClientAuth.Basic:
                var pair = $"{Uri.EscapeDataString(client.Id)}:{Uri.EscapeDataString(client.Secret ?? "")}";
                request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(pair)));
                break;
            case ClientAuth.Post:
                form["client_id"] = client.Id;
                form["client_secret"] = client.Secret ?? "";
                break;
            default:
                form["client_id"] = client.Id;
                break;
        }

        request.Content = new FormUrlEncodedContent(form);
        request.Headers.Accept.Add(new("application/json"));
        using var response = await SendAsync(request, cancellationToken);
        if ((int)response.StatusCode is >= 400 and < 500) throw new TokenRefusedException($"{Shown(url)} gives no token: {await ErrorAsync(response, cancellationToken)}.");
        if (response.StatusCode != HttpStatusCode.OK) throw new OAuthException($"{Shown(url)} answered with HTTP {(int)response.StatusCode}.");
        return await ReadAsync(response, url, OAuthWireJson.Default.TokenAnswer, cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    private static string Shown(Uri url) => PlainText.OneLine(url.GetLeftPart(UriPartial.Path), 200);

    private async ValueTask<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await _http.SendAsync(request, cancellationToken);
        }
        catch (Exception exception) when (exception is HttpRequestException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new OAuthException($"{Shown(request.RequestUri!)} cannot be reached: {Reason.Of(exception)}", exception);
        }
    }

    private static async ValueTask<T> ReadAsync<T>(HttpResponseMessage response, Uri url, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(await response.Content.ReadAsByteArrayAsync(cancellationToken), type) ?? throw new OAuthException($"{Shown(url)} answered with nothing.");
        }
        catch (JsonException)
        {
            throw new OAuthException($"{Shown(url)} did not answer with the JSON that was expected.");
        }
    }

    private static async ValueTask<string> ErrorAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            var error = JsonSerializer.Deserialize(await response.Content.ReadAsByteArrayAsync(cancellationToken), OAuthWireJson.Default.OAuthError);
            if (error?.Error is { } code) return PlainText.OneLine(code, 100);
        }
        catch (JsonException)
        {
            // Then the status is all that is known.
        }

        return $"HTTP {(int)response.StatusCode}";
    }
}

/// <summary>The issuer refuses the code or the refresh token: asking again would not help.</summary>
internal sealed class TokenRefusedException(string message) : Exception(message);

/// <summary>Names of OAuth: how a client proves itself at the token endpoint.</summary>
internal static class ClientAuth
{
    public const string None = "none";
    public const string Basic = "client_secret_basic";
    public const string Post = "client_secret_post";

    /// <summary>The best that both sides know; a server that says nothing knows basic (RFC 8414).</summary>
    /// <exception cref="OAuthException">There is none.</exception>
    public static string Choose(string[]? supported, bool hasSecret)
    {
        if (!hasSecret) return None;
        if (supported is null || supported.Contains(Basic)) return Basic;
        if (supported.Contains(Post)) return Post;
        return supported.Contains(None) ? None : throw new OAuthException("The authorization server wants a client to prove itself in a way that Cadre does not know.");
    }
}
