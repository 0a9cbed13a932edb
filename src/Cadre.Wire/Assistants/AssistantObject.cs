using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cadre.Wire.Assistants;

/// <summary>The <c>assistant</c> object.</summary>
public sealed record AssistantObject
{
    public required string Id { get; init; }
    public string Object { get; } = "assistant";

    /// <summary>Unix seconds, as all times of this dialect.</summary>
    public required long CreatedAt { get; init; }

    public string? Name { get; init; }
    public string? Description { get; init; }
    public required string Model { get; init; }
    public string? Instructions { get; init; }

    /// <summary>As it came: unknown types and members survive.</summary>
    public required JsonElement Tools { get; init; }

    public required JsonElement ToolResources { get; init; }
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }
    public double? TopP { get; init; }
    public double? Temperature { get; init; }
    public required JsonElement ResponseFormat { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ReasoningEffort { get; init; }
}
