namespace Cadre.Tools.Mcp.OAuth;

/// <summary>Keeps the tokens of one user at one endpoint, encrypted.</summary>
internal interface ITokenVault
{
    /// <summary>Null when there is nothing, or nothing that opens.</summary>
    ValueTask<OAuthState?> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Completes when it is durable: a rotated refresh token that is lost is a sign-in that is lost.</summary>
    ValueTask WriteAsync(OAuthState state, CancellationToken cancellationToken);
}
