using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Cadre.Models;

namespace Cadre.Server.DebugEvents;

/// <summary>What one request to the model endpoint was, without what was said: no prompt, no answer, no secret.</summary>
public sealed record DebugEvent(DateTimeOffset At, string Host, string Path, string Model, int Attempt, long DurationMs, long BytesSent, long BytesReceived)
{
    public int? Status { get; init; }
    public long? FirstByteMs { get; init; }
    public string? RequestId { get; init; }
    public string? Failure { get; init; }
    public bool Abandoned { get; init; }

    public static DebugEvent Of(ModelCallRecord record) =>
        new(record.At, record.Host, record.Path, record.Model, record.Attempt, (long)record.Duration.TotalMilliseconds, record.BytesSent, record.BytesReceived)
        {
            Status = record.Status,
            FirstByteMs = (long?)record.FirstByte?.TotalMilliseconds,
            RequestId = record.RequestId,
            Failure = record.Failure?.ToString(),
            Abandoned = record.Abandoned,
        };
}

/// <summary>Events of about the same time, kept together: one row for many requests.</summary>
public sealed record DebugEventBatch(ImmutableArray<DebugEvent> Events)
{
    public const string Kind = "openai_debug_events";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DebugEventBatch))]
internal sealed partial class DebugEventJson : JsonSerializerContext;
