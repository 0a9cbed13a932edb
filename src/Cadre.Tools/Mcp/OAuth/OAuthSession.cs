namespace Cadre.Tools.Mcp.OAuth;

/// <summary>
/// The token of one user for one endpoint. It is refreshed before it ends, by one request however many calls wait for it; whoever was refused with an older
/// token gets the newer one without a request.
/// </summary>
/// <param name="prompt">Leads a person through a browser and brings the answer back; null where nobody can be asked: then a sign-in that is needed is said.</param>
internal sealed class OAuthSession(OAuthFlow flow, ITokenVault vault, Func<PendingSignIn, CancellationToken, ValueTask<SignInAnswer>>? prompt, string howTo, TimeProvider time) : IDisposable
{
    /// <summary>A token that lives shorter is refreshed in the last fifth of its life.</summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile OAuthTokens? _tokens;

    /// <summary>What must never be repeated: the tokens in use.</summary>
    public IEnumerable<(string Value, string Name)> Secrets => _tokens is { } tokens
        ? new[] { (tokens.AccessToken, "access_token"), (tokens.RefreshToken ?? "", "refresh_token") }
        : [];

    /// <summary>What is said where nobody has signed in.</summary>
    public string Needed => $"It must be signed in to: {howTo}.";

    /// <summary>Whether somebody has signed in, or can now.</summary>
    public async ValueTask<bool> IsSignedInAsync(CancellationToken cancellationToken) => prompt is not null || (await vault.ReadAsync(cancellationToken))?.Tokens is not null;

    /// <summary>Null when nobody has signed in: the endpoint may do without, or will say what it wants.</summary>
    public async ValueTask<string?> TokenAsync(CancellationToken cancellationToken)
    {
        var tokens = (await vault.ReadAsync(cancellationToken))?.Tokens;
        _tokens = tokens;
        if (tokens is null || !IsDue(tokens)) return tokens?.AccessToken;
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var state = await vault.ReadAsync(cancellationToken);
            if (state?.Tokens is not { } current || !IsDue(current)) return state?.Tokens?.AccessToken;
            return await RefreshAsync(state, current, cancellationToken) ?? (current.ExpiresAt > time.GetUtcNow() ? current.AccessToken : null);
        }
        catch (OAuthException) when (tokens.ExpiresAt > time.GetUtcNow())
        {
            // The issuer cannot be asked just now; the token is still good.
            return tokens.AccessToken;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Another token than the one that was refused.</summary>
    /// <exception cref="SignInRequiredException">Only a person can bring one.</exception>
    public async ValueTask<string> RenewAsync(string? refused, Challenge challenge, bool refreshed, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var state = await vault.ReadAsync(cancellationToken) ?? OAuthState.Empty;
            var lacksScope = challenge.Error == "insufficient_scope";
            if (state.Tokens is { } tokens && tokens.AccessToken != refused) return (_tokens = tokens).AccessToken;
            if (!refreshed && !lacksScope && state.Tokens is { RefreshToken: not null } old && await RefreshAsync(state, old, cancellationToken) is { } renewed) return renewed;
            state = await vault.ReadAsync(cancellationToken) ?? OAuthState.Empty;
            if (prompt is not null) return await SignInAsync(state, challenge, cancellationToken);
            if (lacksScope) await vault.WriteAsync(state with { WantedScope = challenge.Scope }, cancellationToken);
            else if (state.Tokens is not null) await vault.WriteAsync(state with { Tokens = null }, cancellationToken);
            throw new SignInRequiredException(lacksScope ? $"It asks for more than was granted ({PlainText.OneLine(challenge.Scope ?? "", 200)}): {howTo}." : Needed);
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose()
    {
        _gate.Dispose();
        flow.Dispose();
    }

    private bool IsDue(OAuthTokens tokens)
    {
        if (tokens is not { ExpiresAt: { } end, RefreshToken: not null }) return false;
        var fifth = (end - tokens.GivenAt) / 5;
        return time.GetUtcNow() >= end - (fifth < Ahead ? fifth : Ahead);
    }

    /// <summary>Null when the issuer takes the refresh token no more: then there are no tokens any more.</summary>
    private async ValueTask<string?> RefreshAsync(OAuthState state, OAuthTokens old, CancellationToken cancellationToken)
    {
        try
        {
            // Not cancelled half-way: a rotated refresh token that nobody keeps is a sign-in that is lost.
            var renewed = await flow.RefreshAsync(old, CancellationToken.None);
            await vault.WriteAsync(state with { Tokens = renewed }, CancellationToken.None);
            return (_tokens = renewed).AccessToken;
        }
        catch (TokenRefusedException)
        {
            // Another process may have been faster, and then its tokens are the ones that count.
            var now = await vault.ReadAsync(cancellationToken);
            if (now?.Tokens is { } tokens && tokens.RefreshToken != old.RefreshToken) return (_tokens = tokens).AccessToken;
            await vault.WriteAsync(state with { Tokens = null }, cancellationToken);
            _tokens = null;
            return null;
        }
    }

    private async ValueTask<string> SignInAsync(OAuthState state, Challenge challenge, CancellationToken cancellationToken)
    {
        var (pending, registered) = await flow.BeginAsync(state, challenge, cancellationToken);
        await vault.WriteAsync(registered, cancellationToken);
        var answer = await prompt!(pending, cancellationToken);
        var signedIn = await flow.CompleteAsync(registered, pending, answer, cancellationToken);
        await vault.WriteAsync(signedIn, cancellationToken);
        return (_tokens = signedIn.Tokens!).AccessToken;
    }
}
