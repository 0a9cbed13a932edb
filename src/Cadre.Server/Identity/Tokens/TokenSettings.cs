using System.Collections.Immutable;

namespace Cadre.Server.Identity.Tokens;

/// <summary>
/// How JSON Web Tokens are checked: against a shared secret, or against the keys that an OpenID Connect issuer publishes. One of the two, never both: a
/// token must not be able to choose.
/// </summary>
public sealed record TokenSettings
{
    /// <summary>RFC 7518 §3.2: no shorter than the smallest hash.</summary>
    public const int MinSecretBytes = 32;

    /// <summary>For HS256; for HS384 and HS512 too when it has 48 and 64 bytes.</summary>
    public ReadOnlyMemory<byte> Secret { get; init; }

    /// <summary>Exactly as in the claim "iss", such as "https://login.example.com/"; where the keys are looked for.</summary>
    public string? Issuer { get; init; }

    /// <summary>What the claim "aud" must name; null, with a secret only: tokens must have no audience.</summary>
    public string? Audience { get; init; }

    /// <summary>With an issuer: the address of this server's protected resource, which tokens may name in "aud" as well (RFC 8707); null: none.</summary>
    public string? Resource { get; init; }

    /// <summary>Claims that name the organisation; the first that is there counts.</summary>
    public ImmutableArray<string> OrganisationClaims { get; init; } = ["org_id", "org"];

    /// <summary>Claims that name roles; the first that is there counts.</summary>
    public ImmutableArray<string> RolesClaims { get; init; } = ["roles", "role"];

    /// <summary>A token that lives longer is refused: it could not be taken back.</summary>
    public TimeSpan MaxLifetime { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Of each person; null: no limit.</summary>
    public int? RequestsPerMinute { get; init; }

    internal bool IsAudience(string name) => name == Audience || (Issuer is not null && name == Resource);

    /// <summary>What makes these settings unusable, as a sentence; null: nothing.</summary>
    public string? Problem => (Secret.Length, Issuer) switch
    {
        (0, null) => "Tokens need a shared secret or an issuer.",
        (> 0, not null) => "Tokens are checked against a shared secret or against an issuer's keys, not both: set one of them.",
        (> 0 and < MinSecretBytes, null) => $"The shared secret of tokens has {Secret.Length} bytes; it needs at least {MinSecretBytes}. Make one with 'openssl rand -hex 32'.",
        (0, not null) when string.IsNullOrEmpty(Audience) => "Tokens of an issuer need an audience: without it, a token that was made for another service would be accepted here.",
        (0, not null) when !Uri.TryCreate(Issuer, UriKind.Absolute, out var issuer) || !(issuer.Scheme == Uri.UriSchemeHttps || (issuer.Scheme == Uri.UriSchemeHttp && issuer.IsLoopback)) || issuer.Query.Length > 0 || issuer.Fragment.Length > 0 || issuer.UserInfo.Length > 0 =>
            "The issuer of tokens must be an https address without query or fragment.",
        _ => null,
    };
}

/// <summary>Tokens are set up in a way that must not run.</summary>
public sealed class TokenSettingsException(string message) : Exception(message);
