using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Cadre.Models.Wires;

/// <summary>How an endpoint can be held to a JSON Schema. Each is weaker than the one before.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SchemaMode>))]
public enum SchemaMode
{
    [JsonStringEnumMemberName("json_schema")]
    JsonSchema,

    /// <summary>The endpoint promises JSON, the schema stands in the instructions.</summary>
    [JsonStringEnumMemberName("json_object")]
    JsonObject,

    /// <summary>The schema stands in the instructions and nothing is promised.</summary>
    [JsonStringEnumMemberName("none")]
    None,
}

/// <summary>The form of a request that an endpoint was seen to take.</summary>
internal sealed record RequestShape
{
    public static readonly RequestShape Full = new();

    public SchemaMode Schema { get; init; } = SchemaMode.JsonSchema;

    /// <summary>The endpoint takes <c>json_schema</c> but not this schema under <c>strict</c>.</summary>
    public bool LoosensSchema { get; init; }

    /// <summary>Top-level members of the body that the endpoint refused.</summary>
    public ImmutableSortedSet<string> Dropped { get; init; } = [];

    /// <summary>Chat Completions: the newer name of the output limit, which some endpoints demand and others do not know.</summary>
    public bool NamesCompletionTokens { get; init; }

    /// <summary>Chat Completions: instructions in the middle are sent as the user's, for templates that allow a system message only at the beginning.</summary>
    public bool DeveloperAsUser { get; init; }
}
