using System.Text.Json;
using System.Text.Json.Serialization;
using Cadre.Wire.Lenient;

namespace Cadre.Wire.Responses;

/// <summary>The members of the streaming events that a client has to read; the rest of the events may be skipped by their <c>type</c>.</summary>
public sealed record ResponsesEvent
{
    public string? Type { get; init; }

    public string? ItemId { get; init; }

    [JsonConverter(typeof(IndexConverter))]
    public int? OutputIndex { get; init; }

    [JsonConverter(typeof(TextConverter))]
    public string? Delta { get; init; }

    [JsonConverter(typeof(RawTextConverter))]
    public string? Arguments { get; init; }

    /// <summary>An output item as it came: its type may be one that nobody here has heard of.</summary>
    public JsonElement? Item { get; init; }

    public ResponsesReply? Response { get; init; }
}

/// <summary>The <c>response</c> object.</summary>
public sealed record ResponsesReply
{
    public string? Id { get; init; }

    public string? Model { get; init; }

    public string? Status { get; init; }

    public JsonElement? Error { get; init; }

    public IncompleteDetails? IncompleteDetails { get; init; }

    public JsonElement[]? Output { get; init; }

    public JsonElement? Usage { get; init; }
}

public sealed record IncompleteDetails
{
    public string? Reason { get; init; }
}
