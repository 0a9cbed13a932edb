using System.Text.Json;

namespace Cadre.Wire.Agents;

public sealed record VaultObject(string Id, long CreatedAt, string? Name, IReadOnlyDictionary<string, string> Metadata)
{
    public string Object { get; init; } = "vault";
}

/// <param name="Auth">Without its secrets.</param>
public sealed record CredentialObject(string Id, string VaultId, string Name, JsonElement Auth, long CreatedAt, long UpdatedAt, IReadOnlyDictionary<string, string> Metadata)
{
    public string Object { get; init; } = "vault.credential";
}
