using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Cadre.Tools.Mcp.OAuth;

/// <summary>
/// A sign-in to one endpoint in its two halves, with a browser between them: OAuth 2.1 with PKCE (S256), resource indicators (RFC 8707) and the issuer's name
/// in the answer (RFC 9207). The halves may be in different processes.
/// </summary>
internal sealed class OAuthFlow(Uri endpoint, OAuthWire wire, SignInPlace place, TimeProvider time) : IDisposable
{
    private const int MaxToken = 64 << 10;
    private readonly Discovery _discovery = new(wire);

    /// <summary>Up to the address that a person opens in a browser. The state that comes back knows the client that was registered: keep it.</summary>
    /// <param name="challenge">Null: the endpoint is asked.</param>
    /// <exception cref="OAuthException">It cannot be begun.</exception>
    public async ValueTask<(PendingSignIn Pending, OAuthState State)> BeginAsync(OAuthState state, Challenge? challenge, CancellationToken cancellationToken)
    {
        challenge ??= await wire.ChallengeAsync(endpoint, cancellationToken);
        var resource = await _discovery.ResourceAsync(endpoint, challenge, cancellationToken);
        var issuer = await _discovery.IssuerAsync(resource, cancellationToken);
        var scope = ScopeOf(state, challenge, resource, issuer);
        var client = state.ClientAt(issuer.Issuer!, place.RedirectUri.AbsoluteUri);
        if (client is null || place.ClientId is not null)
        {
            client = await ClientAsync(issuer, scope, cancellationToken);
            state = state.With(issuer.Issuer!, client);
        }

        var (random, verifier) = (Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)), Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(48)));
        var query = new Dictionary<string, string?>
        {
            ["response_type"] = "code",
            ["client_id"] = client.Id,
            ["redirect_uri"] = place.RedirectUri.AbsoluteUri,
            ["state"] = random,
            ["code_challenge"] = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier))),
            ["code_challenge_method"] = "S256",
            ["resource"] = resource.Resource,
            ["scope"] = scope,
        };
        return (new(random, verifier, issuer.Issuer!, issuer.AuthorizationResponseIssParameterSupported == true, issuer.TokenEndpoint!, resource.Resource, client, scope, Address(issuer.AuthorizationEndpoint!, query)), state);
    }

    /// <summary>The code that the browser brought back, from the issuer that was asked. Nothing is sent anywhere.</summary>
    /// <exception cref="OAuthException">It is not the answer to this sign-in, or the issuer refuses.</exception>
    public static string CodeOf(PendingSignIn pending, SignInAnswer answer)
    {
        if (answer.State is null || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(answer.State), Encoding.UTF8.GetBytes(pending.State))) throw new OAuthException("The answer belongs to another sign-in.");
        if (answer.Iss is null ? pending.IssRequired : answer.Iss != pending.Issuer) throw new OAuthException("The answer does not come from the authorization server that was asked.");
        if (answer.Error is { } error) throw new OAuthException($"The authorization server refuses: {PlainText.OneLine(error, 100)}.");
        return answer.Code is { Length: > 0 } code ? code : throw new OAuthException("The answer holds no code.");
    }

    /// <summary>From what the browser brought back to the tokens.</summary>
    /// <exception cref="OAuthException">It is not the answer to this sign-in, or the issuer refuses.</exception>
    public async ValueTask<OAuthState> CompleteAsync(OAuthState state, PendingSignIn pending, SignInAnswer answer, CancellationToken cancellationToken)
    {
        var code = CodeOf(pending, answer);
        try
        {
            var tokens = await wire.TokenAsync(wire.Check(pending.TokenEndpoint, "token endpoint"), pending.Client, new()
            {
                ["grant_type"] = "authorization_code",
                ["code"] = code,
                ["redirect_uri"] = pending.Client.RedirectUri,
                ["code_verifier"] = pending.Verifier,
                ["resource"] = pending.Resource,
            }, cancellationToken);
            return state with { Tokens = TokensOf(tokens, new(pending.Issuer, pending.TokenEndpoint, pending.Resource, pending.Client, "") { Scope = pending.Scope }), WantedScope = null };
        }
        catch (TokenRefusedException refused)
        {
            throw new OAuthException(refused.Message, refused);
        }
    }

    /// <summary>New tokens for the old ones, from the issuer that gave them. A refresh token that is not replaced stays in use.</summary>
    /// <exception cref="TokenRefusedException">The issuer takes the refresh token no more.</exception>
    public async ValueTask<OAuthTokens> RefreshAsync(OAuthTokens old, CancellationToken cancellationToken)
    {
        var answer = await wire.TokenAsync(wire.Check(old.TokenEndpoint, "token endpoint"), old.Client, new()
        {
            ["grant_type"] = "refresh_token",
            ["refresh_token"] = old.RefreshToken ?? throw new TokenRefusedException("There is no refresh token."),
            ["resource"] = old.Resource,
        }, cancellationToken);
        return TokensOf(answer, old);
    }

    public void Dispose() => wire.Dispose();

    private OAuthTokens TokensOf(TokenAnswer answer, OAuthTokens before)
    {
        if (answer.AccessToken is not { Length: > 0 and <= MaxToken } token || token.Any(c => c is <= ' ' or > '~')) throw new OAuthException("The authorization server gave no usable token.");
        if (answer.TokenType is { } type && !type.Equals("Bearer", StringComparison.OrdinalIgnoreCase)) throw new OAuthException($"The authorization server gave a token of the kind '{PlainText.OneLine(type, 40)}', which Cadre does not use.");
        var now = time.GetUtcNow();
        return before with
        {
            AccessToken = token,
            RefreshToken = answer.RefreshToken is { Length: > 0 and <= MaxToken } refresh ? refresh : before.RefreshToken,
            Scope = answer.Scope ?? before.Scope,
            GivenAt = now,
            ExpiresAt = answer.ExpiresIn is { } seconds and > 0 and < 10L * 365 * 86400 ? now.AddSeconds(seconds) : null,
        };
    }

    /// <summary>What the challenge asks for; else what the operator says; else what the endpoint says it knows. Beside it what was missing, and the right to refresh.</summary>
    private string? ScopeOf(OAuthState state, Challenge challenge, Protected resource, IssuerDescription issuer)
    {
        var scopes = new List<string>();
        if (challenge.Error == "insufficient_scope" || state.WantedScope is not null) scopes.AddRange(Words(state.Tokens?.Scope));
        scopes.AddRange(Words(state.WantedScope));
        if (challenge.Scope is not null) scopes.AddRange(Words(challenge.Scope));
        else if (place.Scopes.Count > 0) scopes.AddRange(place.Scopes);
        else scopes.AddRange(resource.ScopesSupported ?? []);
        if (scopes.Count > 0 && issuer.ScopesSupported?.Contains("offline_access") == true) scopes.Add("offline_access");
        return scopes.Count == 0 ? null : string.Join(' ', scopes.Distinct(StringComparer.Ordinal));
    }

    private static string[] Words(string? text) => text?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];

    private async ValueTask<OAuthClient> ClientAsync(IssuerDescription issuer, string? scope, CancellationToken cancellationToken)
    {
        var redirect = place.RedirectUri.AbsoluteUri;
        var supported = issuer.TokenEndpointAuthMethodsSupported;
        if (place.ClientId is { } known) return new(known, place.ClientSecret, ClientAuth.Choose(supported, place.ClientSecret is not null), redirect);
        if (issuer.ClientIdMetadataDocumentSupported == true && place.ClientDocument is { } document) return new(document.AbsoluteUri, null, ClientAuth.None, redirect);
        if (issuer.RegistrationEndpoint is null) throw new OAuthException($"{PlainText.OneLine(issuer.Issuer!, 200)} registers no clients by itself: register Cadre there and give its client_id.");
        var wanted = ClientAuth.Choose(supported, hasSecret: true);
        var answer = await wire.RegisterAsync(
            wire.Check(issuer.RegistrationEndpoint, "registration endpoint"),
            new("Cadre", [redirect], ["authorization_code", "refresh_token"], ["code"], wanted, place.RedirectUri.IsLoopback ? "native" : "web") { Scope = scope },
            cancellationToken);
        if (answer.ClientId is not { Length: > 0 } id) throw new OAuthException("The authorization server registered no client.");
        var method = answer.TokenEndpointAuthMethod is ClientAuth.None or ClientAuth.Basic or ClientAuth.Post ? answer.TokenEndpointAuthMethod : wanted;
        return new(id, answer.ClientSecret, answer.ClientSecret is null ? ClientAuth.None : method, redirect);
    }

    private static string Address(string authorizationEndpoint, Dictionary<string, string?> query)
    {
        var url = new StringBuilder(authorizationEndpoint).Append(authorizationEndpoint.Contains('?', StringComparison.Ordinal) ? '&' : '?');
        var first = true;
        foreach (var (name, value) in query.Where(pair => pair.Value is not null))
        {
            url.Append(CultureInfo.InvariantCulture, $"{(first ? "" : "&")}{name}={Uri.EscapeDataString(value!)}");
            first = false;
        }

        return url.ToString();
    }
}

/// <summary>Who signs in, from where.</summary>
/// <param name="RedirectUri">Where the browser is sent back to.</param>
/// <param name="ClientDocument">Address of Cadre's own description (CIMD); null where it has none that others can reach.</param>
internal sealed record SignInPlace(Uri RedirectUri, Uri? ClientDocument, string? ClientId, string? ClientSecret, IReadOnlyList<string> Scopes);
