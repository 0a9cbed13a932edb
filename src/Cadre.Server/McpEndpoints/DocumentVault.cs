using System.Text.Json;
using Cadre.Storage.Documents;
using Cadre.Storage.Secrets;
using Cadre.Tools.Mcp.OAuth;

namespace Cadre.Server.McpEndpoints;

/// <summary>
/// The tokens of one user, or of the whole organisation, at one endpoint: sealed, in a document that lies in the endpoint's. What is sealed is bound to organisation, user,
/// endpoint, address and issuer: in another's document it does not open.
/// </summary>
internal sealed class DocumentVault(IStore store, SecretBox secrets, KnownEndpoint endpoint, string user, TimeProvider time) : ITokenVault
{
    public const string Kind = "mcp_grant";

    private Scope Scope => new(endpoint.Organisation, user);

    private string Key => $"{endpoint.Id}:{user}";

    public async ValueTask<OAuthState?> ReadAsync(CancellationToken cancellationToken)
    {
        if (await store.FindAsync(Scope, Kind, Key, cancellationToken) is not { } document) return null;
        var kept = Sealed.Read(document);
        return secrets.TryOpen(kept.Text, Binding(kept.Issuer)) is { } plain ? JsonSerializer.Deserialize(plain, OAuthStateJson.Default.OAuthState) : null;
    }

    public async ValueTask WriteAsync(OAuthState state, CancellationToken cancellationToken)
    {
        var issuer = state.Tokens?.Issuer ?? "";
        var body = new Sealed(issuer, secrets.Seal(JsonSerializer.SerializeToUtf8Bytes(state, OAuthStateJson.Default.OAuthState), Binding(issuer))).ToBody();
        var document = await store.FindAsync(Scope, Kind, Key, cancellationToken);
        Change change = document is null
            ? new Change.Create(new(Kind, Ids.New(), new(endpoint.Organisation, user), body) { Key = Key, Parent = endpoint.Id, CreatedAt = time.GetUtcNow() })
            : new Change.Replace(document with { Body = body }, document.Version);
        if (!(await store.CommitAsync([change], cancellationToken)).Won) throw new OAuthException("The endpoint was changed meanwhile.");
    }

    /// <summary>Forgets all of it.</summary>
    public async ValueTask RemoveAsync(CancellationToken cancellationToken)
    {
        if (await store.FindAsync(Scope, Kind, Key, cancellationToken) is { } document) await store.CommitAsync([new Change.Delete(Scope, Kind, document.Id)], cancellationToken);
    }

    private string[] Binding(string issuer) => EndpointSecrets.Grant(endpoint, user, issuer);
}

/// <summary>Where nobody is known: for asking whether an endpoint is there at all.</summary>
internal sealed class NoVault : ITokenVault
{
    public ValueTask<OAuthState?> ReadAsync(CancellationToken cancellationToken) => ValueTask.FromResult<OAuthState?>(null);

    public ValueTask WriteAsync(OAuthState state, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
