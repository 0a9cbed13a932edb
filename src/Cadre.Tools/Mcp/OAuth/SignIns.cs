using Cadre.Tools.Mcp.Configuration;

namespace Cadre.Tools.Mcp.OAuth;

/// <summary>How the endpoints of one configuration are signed in to.</summary>
/// <param name="VaultOf">Where an endpoint's tokens are.</param>
/// <param name="RedirectUri">Where browsers are sent back to.</param>
/// <param name="HowTo">What a person does, in words.</param>
internal sealed record SignIns(Func<McpEndpoint.Http, ITokenVault> VaultOf, Uri RedirectUri, Func<string, string> HowTo)
{
    /// <summary>Address of Cadre's own description as a client (CIMD), where others can reach it.</summary>
    public Uri? ClientDocument { get; init; }

    /// <summary>Leads a person through a browser; null where nobody can be asked.</summary>
    public Func<PendingSignIn, CancellationToken, ValueTask<SignInAnswer>>? Prompt { get; init; }
}
