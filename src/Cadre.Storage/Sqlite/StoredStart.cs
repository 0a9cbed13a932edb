using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Cadre.Engine.Models;
using Cadre.Engine.Runs;

namespace Cadre.Storage.Sqlite;

/// <summary>
/// What is written of a run's start beside the payloads that it shares with other runs: its definition without what is the run's own, and its input when that is long.
/// </summary>
/// <param name="Input">Null: it is a chain of payloads.</param>
internal sealed record StoredStart(
    DateTimeOffset At, string? Thread, ImmutableArray<string>? Doubts, ImmutableDictionary<string, string>? Metadata, ImmutableArray<Message>? Input)
{
    /// <summary>Bytes of input up to which it is kept with the run: less than what its part in a chain would cost.</summary>
    public const int InlineBytes = 1024;

    /// <summary>What runs with the same agent have in common.</summary>
    public static RunDefinition Shared(RunDefinition definition) => definition with { Thread = null, Doubts = [], Metadata = ImmutableDictionary<string, string>.Empty };

    /// <param name="input">Null: it is all of it.</param>
    public static StoredStart Of(RunEvent.Started started, ImmutableArray<Message>? input) => new(
        started.At,
        started.Definition.Thread,
        started.Definition.Doubts is { IsDefaultOrEmpty: false } doubts ? doubts : null,
        started.Definition.Metadata.IsEmpty ? null : started.Definition.Metadata,
        input);

    public RunEvent.Started Restore(RunDefinition shared, ImmutableArray<Message> input) =>
        new(shared with { Thread = Thread, Doubts = Doubts ?? [], Metadata = Metadata ?? ImmutableDictionary<string, string>.Empty }, input) { At = At };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowOutOfOrderMetadataProperties = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(StoredStart))]
internal sealed partial class StoredStartJson : JsonSerializerContext;
