using System.Text.Json.Serialization;

namespace Cadre.Tools.Mcp.OAuth;

/// <summary>RFC 9728.</summary>
internal sealed record ResourceDescription
{
    public string? Resource { get; init; }
    public string[]? AuthorizationServers { get; init; }
    public string[]? ScopesSupported { get; init; }
}

/// <summary>RFC 8414, or OpenID Connect Discovery.</summary>
internal sealed record IssuerDescription
{
    public string? Issuer { get; init; }
    public string? AuthorizationEndpoint { get; init; }
    public string? TokenEndpoint { get; init; }
    public string? RegistrationEndpoint { get; init; }
    public string[]? ScopesSupported { get; init; }
    public string[]? CodeChallengeMethodsSupported { get; init; }
    public string[]? TokenEndpointAuthMethodsSupported { get; init; }
    public bool? ClientIdMetadataDocumentSupported { get; init; }
    public bool? AuthorizationResponseIssParameterSupported { get; init; }
}

/// <summary>RFC 7591.</summary>
internal sealed record RegistrationRequest(string ClientName, string[] RedirectUris, string[] GrantTypes, string[] ResponseTypes, string TokenEndpointAuthMethod, string ApplicationType)
{
    public string? Scope { get; init; }
}

internal sealed record RegistrationAnswer
{
    public string? ClientId { get; init; }
    public string? ClientSecret { get; init; }
    public string? TokenEndpointAuthMethod { get; init; }
}

internal sealed record TokenAnswer
{
    public string? AccessToken { get; init; }
    public string? TokenType { get; init; }

    /// <summary>Seconds.</summary>
    [JsonNumberHandling(JsonNumberHandling.AllowReadingFromString)]
    public long? ExpiresIn { get; init; }

    public string? RefreshToken { get; init; }
    public string? Scope { get; init; }
}

internal sealed record OAuthError
{
    public string? Error { get; init; }
    public string? ErrorDescription { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ResourceDescription))]
[JsonSerializable(typeof(IssuerDescription))]
[JsonSerializable(typeof(RegistrationRequest))]
[JsonSerializable(typeof(RegistrationAnswer))]
[JsonSerializable(typeof(TokenAnswer))]
[JsonSerializable(typeof(OAuthError))]
internal sealed partial class OAuthWireJson : JsonSerializerContext;
