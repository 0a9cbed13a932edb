using System.Text.Json;

namespace Cadre.Wire.Assistants;

/// <summary>The <c>thread</c> object.</summary>
public sealed record ThreadObject
{
    public required string Id { get; init; }
    public string Object { get; } = "thread";
    public required long CreatedAt { get; init; }
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }
    public required JsonElement ToolResources { get; init; }
}
