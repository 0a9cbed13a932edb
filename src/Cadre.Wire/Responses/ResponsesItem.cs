using System.Text.Json;
using System.Text.Json.Serialization;
using Cadre.Wire.Lenient;

namespace Cadre.Wire.Responses;

/// <summary>The members of <c>message</c> and <c>function_call</c> items. What is in <see cref="Unknown"/> makes an item more than text and calls.</summary>
public sealed record ResponsesItem
{
    public string? Type { get; init; }

    public string? Id { get; init; }

    public string? Role { get; init; }

    public string? Status { get; init; }

    public ResponsesPart[]? Content { get; init; }

    public string? CallId { get; init; }

    public string? Name { get; init; }

    [JsonConverter(typeof(RawTextConverter))]
    public string? Arguments { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; set; }
}

public sealed record ResponsesPart
{
    public string? Type { get; init; }

    public string? Text { get; init; }

    public string? Refusal { get; init; }

    public JsonElement? Annotations { get; init; }
}
