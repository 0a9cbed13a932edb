using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Cadre.Engine.Tools;
using Cadre.Storage.Documents;
using Cadre.Storage.Secrets;
using Cadre.Tools.Mcp.OAuth;

namespace Cadre.Server.McpEndpoints;

/// <summary>
/// Sign-ins under way, sealed: one of a user at an endpoint. The browser that comes back finds its own by the hash of the state, once, and finishes nothing: it is shown a
/// code, and who began confirms with it, once. All of it within <see cref="Patience"/>, a restart between or not.
/// </summary>
internal sealed class PendingSignIns(IStore store, SecretBox secrets, TimeProvider time)
{
    public const string Kind = "mcp_sign_in";

    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>Longest state that is looked up.</summary>
    private const int MaxState = 128;

    /// <summary>Each lost round is one in which somebody else used up a try or ended the sign-in.</summary>
    private const int MaxRounds = ConfirmationCode.MaxTries + 2;

    /// <summary>The one that this user had begun there before is over.</summary>
    /// <returns>When it ends.</returns>
    public async ValueTask<DateTimeOffset> AddAsync(SigningIn who, PendingSignIn pending, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var document = new Document(Kind, IdOf(pending.State), OwnerOf(who), BodyOf(who, new(pending)))
        {
            Key = KeyOf(who), Parent = who.Endpoint.Id, CreatedAt = now, ExpiresAt = now + Patience,
        };
        var former = await FindAsync(who, cancellationToken);
        Change[] changes = former is null ? [new Change.Create(document)] : [DeletionOf(former), new Change.Create(document)];
        if (!(await store.CommitAsync(changes, cancellationToken)).Won) throw new OAuthException("The endpoint was changed, or another sign-in was begun, meanwhile.");
        return now + Patience;
    }

    /// <summary>Keeps what the browser brought back. Null for a state that nobody waits for, or that was used.</summary>
    public async ValueTask<Answered?> AnswerAsync(SignInAnswer answer, CancellationToken cancellationToken)
    {
        if (answer.State is not { Length: > 0 and <= MaxState } state) return null;
        // Nobody proves who they are here: the state, random and secret, names the sign-in that this is the answer to, and no more than that.
        if (await store.GetAsync(Scope.Everything, Kind, IdOf(state), cancellationToken) is not { } document || document.ExpiresAt <= time.GetUtcNow()) return null;
        if (await store.GetAsync(new(document.Owner.Organisation), EndpointDefinition.Kind, document.Parent!, cancellationToken) is not { } parent) return null;
        var endpoint = KnownEndpoint.Of(parent);
        if (LiveEndpoints.UserOf(endpoint, document.Owner.User) is not { } holder) return null;
        var who = new SigningIn(endpoint, document.Owner.User, holder);
        if (Open(who, document) is not { Answer: null } kept) return null;
        try
        {
            OAuthFlow.CodeOf(kept.Pending, answer);
        }
        catch (OAuthException failure)
        {
            return await WonAsync(DeletionOf(document), cancellationToken) ? new(who, kept.Pending.Issuer, null, failure.Message) : null;
        }

        var code = ConfirmationCode.New();
        var body = BodyOf(who, kept with { Answer = answer, CodeHash = ConfirmationCode.Hash(document.Id, code) });
        return await WonAsync(new Change.Replace(document with { Body = body }, document.Version), cancellationToken) ? new(who, kept.Pending.Issuer, code, null) : null;
    }

    /// <summary>A code is compared only where the try is counted: guesses at one time are as many tries.</summary>
    public async ValueTask<Confirmation> ConfirmAsync(SigningIn who, string code, CancellationToken cancellationToken)
    {
        for (var round = 0; round < MaxRounds; round++)
        {
            if (await FindAsync(who, cancellationToken) is not { } document || document.ExpiresAt <= time.GetUtcNow()) return new Confirmation.Unknown();
            if (Open(who, document) is not { } kept) return new Confirmation.Unknown();
            if (kept is not { Answer: { } answer, CodeHash: { } hash }) return new Confirmation.Early();
            if (ConfirmationCode.Matches(hash, document.Id, code))
            {
                if (await WonAsync(DeletionOf(document), cancellationToken)) return new Confirmation.Taken(kept.Pending, answer);
                continue;
            }

            var left = ConfirmationCode.MaxTries - kept.Failures - 1;
            Change change = left == 0 ? DeletionOf(document) : new Change.Replace(document with { Body = BodyOf(who, kept with { Failures = kept.Failures + 1 }) }, document.Version);
            if (await WonAsync(change, cancellationToken)) return new Confirmation.Wrong(kept.Pending.Issuer, left);
        }

        return new Confirmation.Unknown();
    }

    /// <summary>Ends the one that this user has under way there, if there is one.</summary>
    public async ValueTask RemoveAsync(SigningIn who, CancellationToken cancellationToken)
    {
        if (await FindAsync(who, cancellationToken) is { } document) await store.CommitAsync([new Change.Delete(ScopeOf(document), Kind, document.Id)], cancellationToken);
    }

    private ValueTask<Document?> FindAsync(SigningIn who, CancellationToken cancellationToken) => store.FindAsync(new(who.Endpoint.Organisation, who.User), Kind, KeyOf(who), cancellationToken);

    private async ValueTask<bool> WonAsync(Change change, CancellationToken cancellationToken) => (await store.CommitAsync([change], cancellationToken)).Won;

    private ReadOnlyMemory<byte> BodyOf(SigningIn who, KeptSignIn kept)
    {
        var plain = JsonSerializer.SerializeToUtf8Bytes(kept, EndpointJson.Default.KeptSignIn);
        return new Sealed(kept.Pending.Issuer, secrets.Seal(plain, EndpointSecrets.SignIn(who, kept.Pending.Issuer))).ToBody();
    }

    /// <summary>Null when it is another's: its user's, or, since the endpoint was changed, for other tokens.</summary>
    private KeptSignIn? Open(SigningIn who, Document document)
    {
        var body = Sealed.Read(document);
        return secrets.TryOpen(body.Text, EndpointSecrets.SignIn(who, body.Issuer)) is { } plain ? JsonSerializer.Deserialize(plain, EndpointJson.Default.KeptSignIn) : null;
    }

    private static Change.Delete DeletionOf(Document document) => new(ScopeOf(document), Kind, document.Id, document.Version);

    private static Scope ScopeOf(Document document) => new(document.Owner.Organisation, document.Owner.User);

    private static Owner OwnerOf(SigningIn who) => new(who.Endpoint.Organisation, who.User);

    private static string KeyOf(SigningIn who) => $"{who.Endpoint.Id}:{who.User}";

    private static string IdOf(string state) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(state)));
}
