using Cadre.Server.Hosting;
using Cadre.Server.Mcp;
using Microsoft.Extensions.Logging;

namespace Cadre.Server.Identity.Tokens;

/// <summary>Believes a token, or says why not: form, header, key, signature, claims, in this order.</summary>
internal sealed class TokenVerifier(TokenSettings settings, IKeySource keys, TimeProvider time) : IDisposable
{
    /// <summary>Null when the server takes no tokens.</summary>
    public static TokenVerifier? Of(ServerParts parts) => parts.Tokens switch
    {
        null => null,
        { Issuer: { } issuer } settings => new(settings with { Resource = parts.PublicUrl is { } url ? ResourceMetadata.Of(url) : null }, new IssuerKeys(new(issuer, parts.PrivateHosts.Contains), parts.Time, parts.Log.CreateLogger<IssuerKeys>()), parts.Time),
        var settings => new(settings, new SharedSecret(settings.Secret), parts.Time),
    };

    /// <summary>Whether a credential is to be read as a token: API keys have no two dots.</summary>
    public static bool IsMeantFor(string credential) => credential.AsSpan().Count('.') > 1 && !credential.StartsWith(ApiKeys.Prefix, StringComparison.Ordinal);

    /// <returns>The claims, or one of <see cref="TokenFaults"/>.</returns>
    public async ValueTask<(TokenClaims? Claims, string? Fault)> VerifyAsync(string text, CancellationToken cancellationToken)
    {
        if (CompactToken.Read(text, out var token) is { } unreadable) return (null, unreadable);
        if (await keys.KeysAsync(token.Header.KeyId, cancellationToken) is not { } ring) return (null, TokenFaults.NoKeys);
        if (ring.Check(token) is { } unproven) return (null, unproven);
        if (TokenJson.Parse(token.Payload) is not { } json) return (null, TokenFaults.BadClaims);
        return TokenClaims.Read(json, settings, time.GetUtcNow(), out var claims) is { } refused ? (null, refused) : (claims, null);
    }

    public void Dispose() => (keys as IDisposable)?.Dispose();
}
