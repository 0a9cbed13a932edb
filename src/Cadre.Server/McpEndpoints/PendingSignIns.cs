using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Cadre.Storage.Documents;
using Cadre.Storage.Secrets;
using Cadre.Tools.Mcp.OAuth;

namespace Cadre.Server.McpEndpoints;

/// <summary>Sign-ins whose browser is not back yet: sealed, found by the hash of their state, taken once, gone after <see cref="Patience"/>. They survive a restart.</summary>
internal sealed class PendingSignIns(IStore store, SecretBox secrets, TimeProvider time)
{
    public const string Kind = "mcp_sign_in";

    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>Longest state that is looked up.</summary>
    private const int MaxState = 128;

    /// <param name="user">Who began it: what comes of it is that user's.</param>
    /// <returns>When it ends.</returns>
    public async ValueTask<DateTimeOffset> AddAsync(KnownEndpoint endpoint, string user, PendingSignIn pending, CancellationToken cancellationToken)
    {
        var (now, plain) = (time.GetUtcNow(), JsonSerializer.SerializeToUtf8Bytes(pending, OAuthStateJson.Default.PendingSignIn));
        var body = new Sealed(pending.Issuer, secrets.Seal(plain, EndpointSecrets.SignIn(endpoint.Organisation, user, endpoint.Id, pending.Issuer))).ToBody();
        var document = new Document(Kind, Ids.New(), new(endpoint.Organisation, user), body) { Key = Hash(pending.State), Parent = endpoint.Id, CreatedAt = now, ExpiresAt = now + Patience };
        if (!(await store.CommitAsync([new Change.Create(document)], cancellationToken)).Won) throw new OAuthException("The endpoint was changed meanwhile.");
        return now + Patience;
    }

    /// <summary>Null for a state that nobody waits for, or that was used.</summary>
    public async ValueTask<(KnownEndpoint Endpoint, string User, PendingSignIn Pending)?> TakeAsync(string? state, CancellationToken cancellationToken)
    {
        if (state is not { Length: > 0 and <= MaxState }) return null;
        // Nobody proves who they are here: the state itself, random and secret, names the user who began.
        if (await store.FindAsync(Scope.Everything, Kind, Hash(state), cancellationToken) is not { } document || document.ExpiresAt <= time.GetUtcNow()) return null;
        var mine = new Scope(document.Owner.Organisation);
        if (!(await store.CommitAsync([new Change.Replace(document, document.Version), new Change.Delete(mine, Kind, document.Id)], cancellationToken)).Won) return null;
        if (await store.GetAsync(mine, EndpointDefinition.Kind, document.Parent!, cancellationToken) is not { } endpoint) return null;
        var kept = Sealed.Read(document);
        var plain = secrets.TryOpen(kept.Text, EndpointSecrets.SignIn(document.Owner.Organisation, document.Owner.User, endpoint.Id, kept.Issuer));
        return plain is not null && JsonSerializer.Deserialize(plain, OAuthStateJson.Default.PendingSignIn) is { } pending ? (KnownEndpoint.Of(endpoint), document.Owner.User, pending) : null;
    }

    private static string Hash(string state) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(state)));
}
