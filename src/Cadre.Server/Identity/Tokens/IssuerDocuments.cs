using System.Text.Json;
using Cadre.Tools.Http;

namespace Cadre.Server.Identity.Tokens;

/// <summary>Fetches an issuer's keys where OpenID Connect Discovery 1.0 §4 has them. Only public addresses are dialled, unless an operator allowed the host.</summary>
/// <param name="mayBePrivate">Whether "host" or "host:port" may be at a private address.</param>
internal sealed class IssuerDocuments(string issuer, Func<string, bool> mayBePrivate) : IDisposable
{
    private const int MaxBytes = 256 * 1024;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http = new(PublicDial.CreateHandler(mayBePrivate)) { Timeout = Timeout, MaxResponseContentBufferSize = MaxBytes };

    /// <exception cref="IssuerException">What the issuer answers is not usable.</exception>
    /// <exception cref="HttpRequestException">It cannot be reached.</exception>
    /// <exception cref="TaskCanceledException">It takes too long.</exception>
    public async Task<KeyRing> FetchAsync()
    {
        var discovery = await GetAsync(new($"{issuer.TrimEnd('/')}/.well-known/openid-configuration"));
        if (Text(discovery, "issuer") is not { } named || !string.Equals(named, issuer, StringComparison.Ordinal))
            throw new IssuerException("its discovery document names another issuer");
        if (!Uri.TryCreate(Text(discovery, "jwks_uri"), UriKind.Absolute, out var address)) throw new IssuerException("its discovery document has no jwks_uri");
        return JsonWebKeys.ReadSet(await GetAsync(address)) ?? throw new IssuerException("its key set is none, or holds a secret");
    }

    public void Dispose() => _http.Dispose();

    private async Task<JsonElement> GetAsync(Uri address)
    {
        if (address.UserInfo.Length > 0 || !(address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback && IsAllowed(address))))
            throw new IssuerException($"'{address.GetLeftPart(UriPartial.Path)}' is not an https address");
        using var response = await _http.GetAsync(address);
        if ((int)response.StatusCode != 200) throw new IssuerException($"'{address.GetLeftPart(UriPartial.Path)}' answers {(int)response.StatusCode}");
        return TokenJson.Parse(await response.Content.ReadAsByteArrayAsync()) ?? throw new IssuerException($"'{address.GetLeftPart(UriPartial.Path)}' answers no JSON object");
    }

    private bool IsAllowed(Uri address) => mayBePrivate(address.Host) || mayBePrivate(address.Authority);

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <summary>An issuer's documents do not say what they must.</summary>
internal sealed class IssuerException(string message) : Exception(message);
