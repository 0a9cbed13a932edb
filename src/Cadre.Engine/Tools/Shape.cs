using System.Text.Json;

namespace Cadre.Engine.Tools;

/// <summary>Holds JSON to a schema and says what is wrong so that a model can mend it.</summary>
internal static class Shape
{
    /// <summary>One sentence per error; null when the instance is valid.</summary>
    public static string? Errors(JsonElement schema, JsonElement instance) =>
        schema.ValueKind == JsonValueKind.Object && instance.ValueKind != JsonValueKind.Object ? "It must be an object." : null;
}
