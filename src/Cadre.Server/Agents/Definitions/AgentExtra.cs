using System.Text.Json.Serialization;

namespace Cadre.Server.Agents.Definitions;

/// <summary>What only the Agents API knows of an agent; kept under <see cref="Face"/> in its <c>Extra</c>.</summary>
internal sealed record AgentExtra
{
    public const string Face = "agents";

    public string? ReasoningSummary { get; init; }
    public string? Verbosity { get; init; }
    public string? ServiceTier { get; init; }
    public bool? AsyncCompaction { get; init; }
    public bool? TimeAwareness { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AgentExtra))]
internal sealed partial class AgentExtraJson : JsonSerializerContext;
