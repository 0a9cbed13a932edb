using System.Text;
using System.Text.Json;
using Cadre.Simulator.Http;

namespace Cadre.Simulator.Prompts;

/// <summary>Reading of request fields that both wires share: absent and null are the same, a wrong type is refused.</summary>
internal static class RequestJson
{
    extension(JsonElement element)
    {
        public JsonElement? Get(string name) =>
            element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
                ? value
                : null;

        public string? GetText(string name) => element.Get(name) switch
        {
            null => null,
            { ValueKind: JsonValueKind.String } value => value.GetString(),
            _ => throw WrongType(name, "a string"),
        };

        public bool GetFlag(string name, bool otherwise) => element.Get(name) switch
        {
            null => otherwise,
            { ValueKind: JsonValueKind.True } => true,
            { ValueKind: JsonValueKind.False } => false,
            _ => throw WrongType(name, "a boolean"),
        };

        public int? GetCount(string name) => element.Get(name) switch
        {
            null => null,
            { ValueKind: JsonValueKind.Number } value when value.TryGetInt32(out var count) && count > 0 => count,
            _ => throw WrongType(name, "a positive integer"),
        };

        public JsonElement.ArrayEnumerator GetItems(string name) => element.Get(name) switch
        {
            null => default,
            { ValueKind: JsonValueKind.Array } value => value.EnumerateArray(),
            _ => throw WrongType(name, "an array"),
        };

        public string RequireModel() => element.GetText("model") is { Length: > 0 } model
            ? model
            : throw new RequestRefusedException(400, "you must provide a model parameter");

        /// <summary>A content field: a string, or parts of which the texts are joined.</summary>
        public string GetContent(string name, string path)
        {
            var content = element.Get(name);
            switch (content?.ValueKind)
            {
                case null:
                    return "";
                case JsonValueKind.String:
                    return content.Value.GetString()!;
                case JsonValueKind.Array:
                    var text = new StringBuilder();
                    foreach (var part in content.Value.EnumerateArray())
                    {
                        text.Append(part.GetText("text") ?? part.GetText("refusal") ?? $"[{part.GetText("type") ?? "part"}]");
                    }

                    return text.ToString();
                default:
                    throw WrongType(path + name, "a string or an array of parts");
            }
        }
    }

    public static ToolChoice ReadToolChoice(JsonElement body, Func<JsonElement, string?> nameOf)
    {
        var choice = body.Get("tool_choice");
        return choice switch
        {
            null => new(ToolChoiceMode.Auto),
            { ValueKind: JsonValueKind.String } => choice.Value.GetString() switch
            {
                "auto" => new(ToolChoiceMode.Auto),
                "none" => new(ToolChoiceMode.None),
                "required" => new(ToolChoiceMode.Required),
                _ => throw WrongType("tool_choice", "one of 'none', 'auto' and 'required', or an object"),
            },
            { ValueKind: JsonValueKind.Object } when nameOf(choice.Value) is { } name => new(ToolChoiceMode.Named, name),
            { ValueKind: JsonValueKind.Object } when choice.Value.GetText("mode") == "required" => new(ToolChoiceMode.Required),
            { ValueKind: JsonValueKind.Object } => new(ToolChoiceMode.Auto),
            _ => throw WrongType("tool_choice", "one of 'none', 'auto' and 'required', or an object"),
        };
    }

    public static RequestRefusedException WrongType(string param, string wanted) =>
        new(400, $"Invalid type for '{param}': expected {wanted}.", "invalid_type", param);
}
