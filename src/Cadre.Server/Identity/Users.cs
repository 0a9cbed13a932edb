using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cadre.Engine.Ports;
using Cadre.Server.Identity.Tokens;
using Cadre.Storage.Documents;

namespace Cadre.Server.Identity;

/// <summary>The persons who were here: each is written down when it first comes with a token, once in every organisation.</summary>
public sealed class Users(IStore store, IAudit audit, TimeProvider time)
{
    public const string Kind = "user";

    /// <summary>Persons known not to need writing down; then all are looked up again.</summary>
    private const int MaxKnown = 100_000;

    private readonly ConcurrentDictionary<string, bool> _known = new(StringComparer.Ordinal);

    /// <summary>Costs nothing but the first time.</summary>
    internal async ValueTask SeenAsync(Caller caller, TokenClaims claims, CancellationToken cancellationToken)
    {
        if (_known.ContainsKey(caller.Credential)) return;
        if (await FindAsync(caller.Own, caller.User, cancellationToken) is null) await WriteAsync(caller, claims, cancellationToken);
        if (_known.Count >= MaxKnown) _known.Clear();
        _known[caller.Credential] = true;
    }

    /// <param name="id">A person's: "user_…".</param>
    public ValueTask<Document?> FindAsync(Scope scope, string id, CancellationToken cancellationToken) => store.FindAsync(scope, Kind, id, cancellationToken);

    /// <summary>A person may be of several organisations; the document is of one.</summary>
    public static string DocumentIdOf(string organisation, string user) => $"{organisation}.{user}";

    public static UserRecord Read(Document document) =>
        JsonSerializer.Deserialize(document.Body.Span, UserJson.Default.UserRecord) ?? throw new InvalidDataException($"The user {document.Id} is empty.");

    private async ValueTask WriteAsync(Caller caller, TokenClaims claims, CancellationToken cancellationToken)
    {
        var user = new UserRecord(claims.Issuer, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(claims.Subject)))) { Name = claims.Name, Email = claims.Email };
        var document = new Document(Kind, DocumentIdOf(caller.Organisation, caller.User), caller.Owner, JsonSerializer.SerializeToUtf8Bytes(user, UserJson.Default.UserRecord))
        {
            Key = caller.User,
            CreatedAt = time.GetUtcNow(),
        };

        // Refused when another request of the person was faster: then it is written down, and audited, already.
        if (!(await store.CommitAsync([new Change.Create(document)], cancellationToken)).Won) return;
        var details = new Dictionary<string, string> { [AuditDetails.Organisation] = caller.Organisation, [AuditDetails.User] = caller.User, ["issuer"] = claims.Issuer ?? "" };
        await audit.WriteAsync(new(time.GetUtcNow(), AuditKinds.UserSeen, caller.Author, null, null, details), CancellationToken.None);
    }
}

/// <param name="Issuer">Who said so; null: whoever has the shared secret.</param>
/// <param name="SubjectHash">SHA-256 of the issuer's name for the person, to find one by it.</param>
public sealed record UserRecord(string? Issuer, string SubjectHash)
{
    public string? Name { get; init; }
    public string? Email { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(UserRecord))]
internal sealed partial class UserJson : JsonSerializerContext;
