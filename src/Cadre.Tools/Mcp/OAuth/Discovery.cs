using Cadre.Tools.Mcp.Connections;

namespace Cadre.Tools.Mcp.OAuth;

/// <summary>Finds out who gives tokens for an endpoint (RFC 9728), and how (RFC 8414, OpenID Connect Discovery).</summary>
internal sealed class Discovery(OAuthWire wire)
{
    private const string ResourcePath = "/.well-known/oauth-protected-resource";
    private const string IssuerPath = "/.well-known/oauth-authorization-server";
    private const string OpenIdPath = "/.well-known/openid-configuration";

    /// <summary>What the endpoint says of itself. One that says nothing is its own issuer, as before there were such descriptions.</summary>
    /// <exception cref="OAuthException">It describes another resource.</exception>
    public async ValueTask<Protected> ResourceAsync(Uri endpoint, Challenge challenge, CancellationToken cancellationToken)
    {
        var candidates = challenge.ResourceMetadata is { } named
            ? [wire.Check(named, "address of the resource's metadata")]
            : WellKnown(endpoint, ResourcePath);
        foreach (var candidate in candidates)
        {
            if (await wire.GetAsync(candidate, OAuthWireJson.Default.ResourceDescription, cancellationToken) is not { } found) continue;
            if (found.Resource is null || !IsOf(found.Resource, endpoint)) throw new OAuthException($"The metadata of {endpoint.Host} is about another resource: {PlainText.OneLine(found.Resource ?? "none", 200)}.");
            var issuer = found.AuthorizationServers?.FirstOrDefault() ?? throw new OAuthException($"The metadata of {endpoint.Host} names no authorization server.");
            return new(found.Resource, issuer, Described: true, found.ScopesSupported);
        }

        return new(endpoint.AbsoluteUri, endpoint.GetLeftPart(UriPartial.Authority), Described: false, null);
    }

    /// <exception cref="OAuthException">There is none, it is somebody else's, or it lacks what a safe sign-in needs.</exception>
    public async ValueTask<IssuerDescription> IssuerAsync(Protected resource, CancellationToken cancellationToken)
    {
        var issuer = wire.Check(resource.Issuer, "authorization server");
        foreach (var candidate in Candidates(issuer))
        {
            if (await wire.GetAsync(candidate, OAuthWireJson.Default.IssuerDescription, cancellationToken) is not { } found) continue;
            // Simple string comparison, by RFC 8414 section 3.3: what says that it is somebody else is somebody else's.
            if (found.Issuer != resource.Issuer && (resource.Described || found.Issuer is null || !SameOrigin(found.Issuer, issuer)))
                throw new OAuthException($"The metadata of {PlainText.OneLine(resource.Issuer, 200)} names another issuer: {PlainText.OneLine(found.Issuer ?? "none", 200)}.");
            wire.Check(found.AuthorizationEndpoint, "authorization endpoint");
            wire.Check(found.TokenEndpoint, "token endpoint");
            return found.CodeChallengeMethodsSupported?.Contains("S256") == true
                ? found
                : throw new OAuthException($"{PlainText.OneLine(resource.Issuer, 200)} does not support PKCE with S256; without it a sign-in is not safe.");
        }

        throw new OAuthException($"{PlainText.OneLine(resource.Issuer, 200)} has no metadata.");
    }

    private static Uri[] WellKnown(Uri of, string path)
    {
        var root = new Uri(of, path);
        var trimmed = of.AbsolutePath.TrimEnd('/');
        return trimmed.Length == 0 ? [root] : [new Uri(of, path + trimmed), root];
    }

    private static Uri[] Candidates(Uri issuer)
    {
        var path = issuer.AbsolutePath.TrimEnd('/');
        return path.Length == 0
            ? [new(issuer, IssuerPath), new(issuer, OpenIdPath)]
            : [new(issuer, IssuerPath + path), new(issuer, OpenIdPath + path), new(issuer, path + OpenIdPath)];
    }

    /// <summary>The same origin, and the endpoint lies at or below the resource's path.</summary>
    private static bool IsOf(string resource, Uri endpoint)
    {
        if (!Uri.TryCreate(resource, UriKind.Absolute, out var url) || DialRules.Use(url) != DialRules.Use(endpoint)) return false;
        var path = url.AbsolutePath.TrimEnd('/');
        return endpoint.AbsolutePath == url.AbsolutePath || path.Length == 0 || endpoint.AbsolutePath == path || endpoint.AbsolutePath.StartsWith(path + "/", StringComparison.Ordinal);
    }

    private static bool SameOrigin(string issuer, Uri origin) => Uri.TryCreate(issuer, UriKind.Absolute, out var url) && DialRules.Use(url) == DialRules.Use(origin);
}

/// <param name="Resource">Its identifier, sent with every request for a token.</param>
/// <param name="Described">It said so itself.</param>
internal sealed record Protected(string Resource, string Issuer, bool Described, string[]? ScopesSupported);
