using System.Text.Json.Nodes;

namespace Cadre.Conformance.Tests.Description;

/// <summary>
/// Turns what OpenAI writes into its description into plain JSON Schema 2020-12. "nullable" is OpenAPI 3.0's, kept by OpenAI in a 3.1 document.
/// "oneOf" becomes "anyOf": its branches overlap (a message is an input and an output item), and OpenAI's own service sends what fits two of them.
/// "properties" without "type" means an object, which OpenAI forgets to say of some lists.
/// </summary>
internal static class OpenApiDialect
{
    private const string Components = "#/components/schemas/";

    /// <param name="owner">The component that holds the schema: what OpenAI's "$recursiveRef" means.</param>
    public static JsonNode? Translate(JsonNode? schema, string owner) => schema switch
    {
        JsonObject map => Schema(map, owner),
        _ => schema?.DeepClone(),
    };

    private static JsonObject Schema(JsonObject map, string owner)
    {
        var result = new JsonObject();
        foreach (var (keyword, value) in map)
        {
            switch (keyword)
            {
                case "nullable" or "discriminator" or "$recursiveAnchor":
                    break;
                case "$ref":
                    result["$ref"] = "#/$defs/" + value!.GetValue<string>()[Components.Length..];
                    break;
                case "$recursiveRef":
                    result["$ref"] = "#/$defs/" + owner;
                    break;
                case "properties" or "patternProperties":
                    result[keyword] = new JsonObject(value!.AsObject().Select(entry => KeyValuePair.Create(entry.Key, Translate(entry.Value, owner))));
                    break;
                case "oneOf" when !map.ContainsKey("anyOf"):
                    result["anyOf"] = List(value!, owner);
                    break;
                case "anyOf" or "allOf" or "oneOf" or "prefixItems":
                    result[keyword] = List(value!, owner);
                    break;
                case "items" or "additionalProperties" or "propertyNames" or "not":
                    result[keyword] = Translate(value, owner);
                    break;
                default:
                    result[keyword] = value?.DeepClone();
                    break;
            }
        }

        if (map.ContainsKey("properties") && !map.ContainsKey("type")) result["type"] = "object";
        return map["nullable"]?.GetValue<bool>() == true ? new() { ["anyOf"] = new JsonArray(result, new JsonObject { ["type"] = "null" }) } : result;
    }

    private static JsonArray List(JsonNode list, string owner) => new([.. list.AsArray().Select(item => Translate(item, owner))]);
}
