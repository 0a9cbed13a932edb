using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Cadre.Models.Wires;

namespace Cadre.Models.Capabilities;

/// <summary>What an endpoint was seen to support. Null means: not asked.</summary>
public sealed record CapabilityCard(string Endpoint)
{
    /// <summary>Of this form; a card of another version is not read.</summary>
    public const int CurrentVersion = 1;

    public int Version { get; init; } = CurrentVersion;

    /// <summary>Whether the endpoint has the Responses API at all.</summary>
    public Finding<bool>? Responses { get; init; }

    public Finding<bool>? ModelList { get; init; }

    public Finding<bool>? Embeddings { get; init; }

    public ImmutableArray<ListedModel> Listed { get; init; } = [];

    /// <summary>By model name.</summary>
    public ImmutableSortedDictionary<string, ModelCapabilities> Models { get; init; } = ImmutableSortedDictionary<string, ModelCapabilities>.Empty;

    public ModelCapabilities For(string model) => Models.GetValueOrDefault(model, ModelCapabilities.Unknown);

    public CapabilityCard With(string model, ModelCapabilities capabilities) => this with { Models = Models.SetItem(model, capabilities) };
}

/// <summary>What one model of an endpoint was seen to do.</summary>
public sealed record ModelCapabilities
{
    public static readonly ModelCapabilities Unknown = new();

    /// <summary>False when the endpoint has the Responses API, but not for this model.</summary>
    public Finding<bool>? Responses { get; init; }

    public Finding<bool>? Answers { get; init; }

    /// <summary>A string full of quotes, escapes and scripts came back in a call's arguments as it was sent.</summary>
    public Finding<bool>? ToolArguments { get; init; }

    public Finding<bool>? ParallelCalls { get; init; }

    /// <summary>The strongest that works.</summary>
    public Finding<SchemaMode>? Schema { get; init; }

    public Finding<bool>? StreamingUsage { get; init; }

    /// <summary>Members of the request that were refused and are no longer sent.</summary>
    public ImmutableSortedDictionary<string, Finding<bool>> Dropped { get; init; } = ImmutableSortedDictionary<string, Finding<bool>>.Empty;

    /// <summary>Chat Completions: wants <c>max_completion_tokens</c> for <c>max_tokens</c>.</summary>
    public Finding<bool>? CompletionTokens { get; init; }

    /// <summary>Chat Completions: allows instructions only at the beginning.</summary>
    public Finding<bool>? DeveloperAsUser { get; init; }
}

/// <summary>Something seen, with how and when.</summary>
/// <param name="Evidence">What was sent and what came, shortened, without secrets.</param>
public sealed record Finding<T>(T Value, FindingSource Source, DateTimeOffset At, string Evidence);

[JsonConverter(typeof(JsonStringEnumConverter<FindingSource>))]
public enum FindingSource
{
    /// <summary>Asked on purpose.</summary>
    [JsonStringEnumMemberName("probe")]
    Probe,

    /// <summary>Learnt from a request that was made anyway.</summary>
    [JsonStringEnumMemberName("use")]
    Use,
}

/// <param name="ContextWindow">Tokens; null when the list does not tell.</param>
public sealed record ListedModel(string Id, long? ContextWindow);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    WriteIndented = true)]
[JsonSerializable(typeof(CapabilityCard))]
internal sealed partial class CapabilityJson : JsonSerializerContext;
