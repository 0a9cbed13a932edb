using System.Text.Json.Serialization;

namespace Cadre.Wire.Files;

/// <summary>OpenAI's <c>ContainerResource</c>. Times are Unix seconds.</summary>
/// <param name="Status">"running" or "expired".</param>
public sealed record ContainerObject(
    string Id,
    string Name,
    long CreatedAt,
    string Status,
    long LastActiveAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ExpiresAfterMinutes? ExpiresAfter)
{
    public string Object { get; init; } = "container";
    public string MemoryLimit { get; init; } = "1g";
    public NetworkPolicy NetworkPolicy { get; init; } = new("disabled");
}

/// <param name="Anchor">"last_active_at".</param>
public sealed record ExpiresAfterMinutes(string Anchor, int Minutes);

public sealed record NetworkPolicy(string Type);

/// <summary>OpenAI's <c>ContainerFileResource</c>.</summary>
/// <param name="Source">"user" or "assistant".</param>
public sealed record ContainerFileObject(string Id, string ContainerId, long CreatedAt, long Bytes, string Path, string Source)
{
    public string Object { get; init; } = "container.file";
}
