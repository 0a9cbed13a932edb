using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cadre.Server.Definitions;

/// <summary>Who does the work: instructions, model, tools, limits; the one thing behind "asst_" and "agent_" ids.</summary>
/// <param name="Id">Without a prefix.</param>
public sealed record AgentDefinition(string Id)
{
    public const string Kind = "agent";

    public string? Name { get; init; }
    public string? Description { get; init; }

    /// <summary>As the caller named it; aliases are applied when it is used.</summary>
    public required string Model { get; init; }

    public string? Instructions { get; init; }

    /// <summary>The <c>tools</c> array as it came: unknown types and members survive.</summary>
    public JsonElement? Tools { get; init; }

    /// <summary>OpenAI's <c>tool_resources</c>, as it came.</summary>
    public JsonElement? ToolResources { get; init; }

    public JsonElement? ResponseFormat { get; init; }
    public double? Temperature { get; init; }
    public double? TopP { get; init; }
    public string? ReasoningEffort { get; init; }
    public ImmutableDictionary<string, string>? Metadata { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>The face that created it; every face may use it.</summary>
    public string? Face { get; init; }

    /// <summary>What only one face knows of it, by the face's name.</summary>
    public ImmutableDictionary<string, JsonElement>? Extra { get; init; }
}

/// <summary>The stored form of agents. A member that was written once is read for ever; a new one is nullable.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(AgentDefinition))]
internal sealed partial class DefinitionJson : JsonSerializerContext;
