using System.Text.Json.Serialization;
using Cadre.Engine.Budgets;

namespace Cadre.Engine.Runs;

/// <summary>The journal's form of events: stable for ever. Unknown members are ignored, so an older Cadre reads a newer one's additions.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowOutOfOrderMetadataProperties = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(RunEvent))]
[JsonSerializable(typeof(Spending))]
public sealed partial class RunJson : JsonSerializerContext;
