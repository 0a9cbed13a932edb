using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Cadre.Tools.Mcp.OAuth;

/// <summary>What is kept of the sign-ins to one endpoint by one user: secrets all through. Everything is keyed by the issuer that gave it and goes to that issuer only.</summary>
/// <param name="Tokens">Null when nobody is signed in.</param>
/// <param name="Clients">By issuer.</param>
internal sealed record OAuthState(OAuthTokens? Tokens, ImmutableDictionary<string, OAuthClient>? Clients)
{
    public static OAuthState Empty { get; } = new(null, null);

    /// <summary>Scopes that the endpoint found missing: the next sign-in asks for them too.</summary>
    public string? WantedScope { get; init; }

    public OAuthClient? ClientAt(string issuer, string redirectUri) =>
        Clients?.GetValueOrDefault(issuer) is { } client && client.RedirectUri == redirectUri ? client : null;

    public OAuthState With(string issuer, OAuthClient client) => this with { Clients = (Clients ?? ImmutableDictionary<string, OAuthClient>.Empty).SetItem(issuer, client) };
}

/// <param name="TokenEndpoint">Of the issuer, as it was when the tokens were given.</param>
/// <param name="Resource">What they are for: the endpoint's own identifier.</param>
internal sealed record OAuthTokens(string Issuer, string TokenEndpoint, string Resource, OAuthClient Client, string AccessToken)
{
    public string? RefreshToken { get; init; }
    public string? Scope { get; init; }
    public DateTimeOffset GivenAt { get; init; }

    /// <summary>Null: the issuer did not say.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <param name="AuthMethod">How it proves itself at the token endpoint: "none", "client_secret_basic" or "client_secret_post".</param>
/// <param name="RedirectUri">That it was registered with.</param>
internal sealed record OAuthClient(string Id, string? Secret, string AuthMethod, string RedirectUri);

/// <summary>A sign-in that waits for the browser to come back. Holds secrets.</summary>
/// <param name="IssRequired">The issuer promises to name itself in its answer (RFC 9207).</param>
internal sealed record PendingSignIn(
    string State, string Verifier, string Issuer, bool IssRequired, string TokenEndpoint, string Resource, OAuthClient Client, string? Scope, string AuthorizationUrl);

/// <summary>What the browser brought back.</summary>
internal sealed record SignInAnswer(string? Code, string? State, string? Iss, string? Error);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OAuthState))]
internal sealed partial class OAuthStateJson : JsonSerializerContext;
