using System.Text.Json;
using System.Text.Json.Serialization;
using Cadre.Engine.Runs;

namespace Cadre.Server.Assistants;

/// <summary>What this dialect says of a run beside its definition; kept in <see cref="RunDefinition.Metadata"/> under <see cref="Face"/>.</summary>
internal sealed record RunSettings
{
    public const string Face = "assistants";

    /// <summary>As the caller named it.</summary>
    public string? Model { get; init; }

    public JsonElement? Tools { get; init; }
    public JsonElement? ToolChoice { get; init; }
    public JsonElement? ResponseFormat { get; init; }
    public JsonElement? TruncationStrategy { get; init; }
    public long? MaxPromptTokens { get; init; }
    public long? MaxCompletionTokens { get; init; }
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    public string Write() => JsonSerializer.Serialize(this, RunSettingsJson.Default.RunSettings);

    /// <summary>Null for a run that another face started.</summary>
    public static RunSettings? Of(RunDefinition definition) =>
        definition.Metadata.TryGetValue(Face, out var json) ? JsonSerializer.Deserialize(json, RunSettingsJson.Default.RunSettings) : null;
}

/// <summary>The stored form. A member that was written once is read for ever; a new one is nullable.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RunSettings))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>), TypeInfoPropertyName = "Metadata")]
internal sealed partial class RunSettingsJson : JsonSerializerContext;
