using System.Text.Json;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Cadre.McpConformanceClient;

/// <summary>What a person would answer, or give a tool, in the scenarios that ask for it.</summary>
internal static class Answers
{
    private static readonly JsonElement One = JsonElement.Parse("5");
    private static readonly JsonElement Word = JsonElement.Parse("\"test\"");
    private static readonly JsonElement Yes = JsonElement.Parse("true");

    public static McpClientHandlers Handlers { get; } = new()
    {
        ElicitationHandler = (request, _) => ValueTask.FromResult(new ElicitResult { Action = "accept", Content = Defaults(request) }),
    };

    public static Dictionary<string, object?> ArgumentsFor(JsonElement schema)
    {
        var arguments = new Dictionary<string, object?>(StringComparer.Ordinal);
        if (!schema.TryGetProperty("properties", out var properties)) return arguments;
        foreach (var property in properties.EnumerateObject())
        {
            var type = property.Value.ValueKind == JsonValueKind.Object && property.Value.TryGetProperty("type", out var named) && named.ValueKind == JsonValueKind.String ? named.GetString() : "";
            object? value = type switch { "number" or "integer" => One, "string" => Word, "boolean" => Yes, _ => null };
            if (value is not null) arguments[property.Name] = value;
        }

        return arguments;
    }

    private static Dictionary<string, JsonElement> Defaults(ElicitRequestParams? request)
    {
        var content = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var (name, schema) in request?.RequestedSchema?.Properties ?? new Dictionary<string, ElicitRequestParams.PrimitiveSchemaDefinition>())
        {
            if (Default(schema) is { } value) content[name] = value;
        }

        return content;
    }

    private static JsonElement? Default(ElicitRequestParams.PrimitiveSchemaDefinition schema) => schema switch
    {
        ElicitRequestParams.StringSchema { Default: { } text } => JsonElement.Parse($"\"{JsonEncodedText.Encode(text)}\""),
        ElicitRequestParams.NumberSchema { Default: { } number } => JsonElement.Parse(number.ToString("R", System.Globalization.CultureInfo.InvariantCulture)),
        ElicitRequestParams.BooleanSchema boolean => JsonElement.Parse(boolean.Default == false ? "false" : "true"),
        ElicitRequestParams.UntitledSingleSelectEnumSchema { Default: { } chosen } => JsonElement.Parse($"\"{JsonEncodedText.Encode(chosen)}\""),
        ElicitRequestParams.TitledSingleSelectEnumSchema { Default: { } chosen } => JsonElement.Parse($"\"{JsonEncodedText.Encode(chosen)}\""),
        ElicitRequestParams.StringSchema => Word,
        ElicitRequestParams.NumberSchema => One,
        _ => null,
    };
}
