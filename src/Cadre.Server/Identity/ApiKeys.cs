using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cadre.Engine.Ports;
using Cadre.Engine.Tools;
using Cadre.Storage.Documents;

namespace Cadre.Server.Identity;

/// <summary>Keys that callers prove themselves with. Only their SHA-256 is kept; a key is shown once, when it is made.</summary>
public sealed class ApiKeys(IStore store, IAudit audit, TimeProvider time)
{
    public const string Kind = "api_key";
    public const string Prefix = "sk-cadre-";
    public const string FirstOrganisation = "default";
    private const string Administrator = "admin";
    private const int SecretLength = 40;
    private const int MaxLength = 256;
    private const int MaxCached = 10_000;
    private const string Alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    /// <summary>A key that was taken back is refused by other servers after this long at the latest.</summary>
    private static readonly TimeSpan CacheFor = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, (Caller? Caller, long At)> _cache = new(StringComparer.Ordinal);

    /// <summary>Null for a key that does not exist, or does no more.</summary>
    public async ValueTask<Caller?> FindAsync(string secret, CancellationToken cancellationToken)
    {
        if (secret.Length is 0 or > MaxLength) return null;
        var hash = Hash(secret);
        if (_cache.TryGetValue(hash, out var cached) && time.GetElapsedTime(cached.At) < CacheFor) return cached.Caller;
        var document = await store.FindAsync(Scope.Everything, Kind, hash, cancellationToken);
        var caller = document is null ? null : CallerOf(document);
        if (_cache.Count >= MaxCached) _cache.Clear();
        if (caller is not null) _cache[hash] = (caller, time.GetTimestamp());
        return caller;
    }

    /// <inheritdoc cref="CreateAsync(string, Owner, ApiKey, string?, CancellationToken)"/>
    public ValueTask<(string Id, string Secret)> CreateAsync(Owner owner, ApiKey key, string? secret, CancellationToken cancellationToken) => CreateAsync("system", owner, key, secret, cancellationToken);

    /// <summary>Makes a key and returns it; it cannot be shown again.</summary>
    /// <param name="author">Who wants it, for the audit.</param>
    /// <param name="key">Its hint is filled in.</param>
    /// <param name="secret">A key from outside; null makes one.</param>
    public async ValueTask<(string Id, string Secret)> CreateAsync(string author, Owner owner, ApiKey key, string? secret, CancellationToken cancellationToken)
    {
        secret ??= Prefix + RandomNumberGenerator.GetString(Alphabet, SecretLength);
        key = key with { Hint = $"{secret[..Math.Min(secret.Length, Prefix.Length + 3)]}…{secret[^Math.Min(secret.Length, 4)..]}" };
        var document = new Document(Kind, Ids.New(), owner, JsonSerializer.SerializeToUtf8Bytes(key, ApiKeyJson.Default.ApiKey)) { Key = Hash(secret), CreatedAt = time.GetUtcNow() };
        await AuditAsync(AuditKinds.KeyCreated, author, document, cancellationToken);
        await store.CommitAsync([new Change.Create(document)], cancellationToken);
        return (document.Id, secret);
    }

    /// <summary>Takes a key back. False: there is none in the scope.</summary>
    /// <param name="author">Who wants it, for the audit.</param>
    public async ValueTask<bool> RevokeAsync(string author, Scope scope, string id, CancellationToken cancellationToken)
    {
        if (await store.GetAsync(scope, Kind, id, cancellationToken) is not { } document) return false;
        await AuditAsync(AuditKinds.KeyRevoked, author, document, cancellationToken);
        await store.CommitAsync([new Change.Delete(scope, Kind, id)], cancellationToken);
        _cache.Clear();
        return true;
    }

    /// <summary>Makes the first key when there is none, and returns it; sees to it that a given one exists and returns null for it.</summary>
    public async ValueTask<string?> BootstrapAsync(string? given, CancellationToken cancellationToken)
    {
        var owner = new Owner(FirstOrganisation, "admin");
        if (given is not null)
        {
            if (await FindAsync(given, cancellationToken) is null) await CreateAsync(owner, new("bootstrap", "") { Role = Administrator }, given, cancellationToken);
            return null;
        }

        var any = await store.ListAsync(Scope.Everything, new(Kind) { Limit = 1 }, cancellationToken);
        return any is { Items.Count: > 0 } ? null : (await CreateAsync(owner, new("first", "") { Role = Administrator }, null, cancellationToken)).Secret;
    }

    /// <summary>What its bearer may.</summary>
    public static Role RoleOf(ApiKey key) => key.Administrator == true ? Role.Administrator : Persons.RoleNamed(key.Role ?? "") ?? Role.User;

    private static Caller CallerOf(Document document)
    {
        var key = Read(document);
        return new(document.Owner.Organisation, document.Owner.User, document.Id, RoleOf(key), key.RequestsPerMinute);
    }

    private ValueTask AuditAsync(string kind, string author, Document document, CancellationToken cancellationToken)
    {
        var key = Read(document);
        return audit.WriteAsync(new(time.GetUtcNow(), kind, author, null, null, new Dictionary<string, string>
        {
            [AuditDetails.Organisation] = document.Owner.Organisation,
            ["owner"] = document.Owner.User,
            ["key"] = document.Id,
            ["name"] = key.Name,
            ["role"] = Persons.NameOf(RoleOf(key)),
        }), cancellationToken);
    }

    public static ApiKey Read(Document document) =>
        JsonSerializer.Deserialize(document.Body.Span, ApiKeyJson.Default.ApiKey) ?? throw new InvalidDataException($"The API key {document.Id} is empty.");

    private static string Hash(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}

/// <param name="Hint">Its first and last characters, to tell keys apart.</param>
public sealed record ApiKey(string Name, string Hint)
{
    /// <summary>As <see cref="Persons.RoleNamed"/> knows it; null: a user.</summary>
    public string? Role { get; init; }

    /// <summary>Of keys that were made before there were roles.</summary>
    public bool? Administrator { get; init; }

    /// <summary>Null: no limit.</summary>
    public int? RequestsPerMinute { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ApiKey))]
internal sealed partial class ApiKeyJson : JsonSerializerContext;
