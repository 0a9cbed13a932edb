using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cadre.Engine.Tools;
using Cadre.Storage.Documents;
using Cadre.Wire.Agents;

namespace Cadre.Server.Agents.Vaults;

/// <param name="Id">Without a prefix.</param>
internal sealed record Vault(string Id)
{
    public const string Kind = "vault";
    public const string Prefix = "vault_";

    public required DateTimeOffset CreatedAt { get; init; }
    public string? Name { get; init; }
    public ImmutableDictionary<string, string>? Metadata { get; init; }

    public static Document Document(Vault vault, Owner owner) =>
        new(Kind, vault.Id, owner, JsonSerializer.SerializeToUtf8Bytes(vault, VaultJson.Default.Vault)) { CreatedAt = vault.CreatedAt };

    public static Vault Read(Document document) =>
        JsonSerializer.Deserialize(document.Body.Span, VaultJson.Default.Vault) ?? throw new InvalidDataException($"The vault {document.Id} is empty.");

    /// <param name="id">As the caller wrote it.</param>
    public static async ValueTask<(Vault Vault, Document Document)> GetAsync(IStore store, Scope scope, string? id, CancellationToken cancellationToken) =>
        Ids.After(Prefix, id) is { } bare && await store.GetAsync(scope, Kind, bare, cancellationToken) is { } document ? (Read(document), document) : throw AgentErrors.NotFound("vault", id);

    public VaultObject Show() => new(Prefix + Id, AgentCall.Seconds(CreatedAt), Name, Metadata ?? ImmutableDictionary<string, string>.Empty);
}

/// <param name="Id">Without a prefix.</param>
/// <param name="Auth">What may be shown.</param>
/// <param name="Sealed">What may not: a JSON object, by <see cref="VaultKey"/>.</param>
internal sealed record Credential(string Id, string Name, JsonElement Auth, string Sealed)
{
    public const string Kind = "vault_credential";
    public const string Prefix = "cred_";

    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public ImmutableDictionary<string, string>? Metadata { get; init; }

    public static Document Document(Credential credential, string vault, Owner owner) =>
        new(Kind, credential.Id, owner, JsonSerializer.SerializeToUtf8Bytes(credential, VaultJson.Default.Credential)) { Parent = vault, CreatedAt = credential.CreatedAt };

    public static Credential Read(Document document) =>
        JsonSerializer.Deserialize(document.Body.Span, VaultJson.Default.Credential) ?? throw new InvalidDataException($"The credential {document.Id} is empty.");

    public CredentialObject Show(string vault) =>
        new(Prefix + Id, Vault.Prefix + vault, Name, Auth, AgentCall.Seconds(CreatedAt), AgentCall.Seconds(UpdatedAt), Metadata ?? ImmutableDictionary<string, string>.Empty);
}

/// <summary>The stored form. A member that was written once is read for ever; a new one is nullable.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Vault))]
[JsonSerializable(typeof(Credential))]
internal sealed partial class VaultJson : JsonSerializerContext;
