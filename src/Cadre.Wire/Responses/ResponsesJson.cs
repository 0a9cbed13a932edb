using System.Text.Json.Serialization;

namespace Cadre.Wire.Responses;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ResponsesEvent))]
[JsonSerializable(typeof(ResponsesItem))]
public sealed partial class ResponsesJson : JsonSerializerContext;
