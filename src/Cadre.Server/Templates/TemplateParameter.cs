using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cadre.Server.Http;
using Cadre.Tools.Bundles;

namespace Cadre.Server.Templates;

/// <summary>A blank of a template.</summary>
/// <param name="Type">string, integer, number or boolean.</param>
/// <param name="Default">Null: a caller has to fill it.</param>
/// <param name="Choices">Empty: anything of the type.</param>
internal sealed record TemplateParameter(string Name, string Type, string Description, JsonElement? Default, ImmutableArray<JsonElement> Choices)
{
    private const int MaxLength = 16_000;
    private static readonly string[] Keys = ["type", "description", "default", "choices"];
    private static readonly string[] Types = ["string", "integer", "number", "boolean"];

    public static TemplateParameter Parse(YamlNode name, YamlNode node)
    {
        foreach (var (key, _) in node.Members ?? throw AgentTemplate.Wrong(node, $"the parameter '{name.Text}' is a map of keys"))
            if (!Keys.Contains(key.Text)) throw AgentTemplate.Wrong(key, $"a parameter has no key '{key.Text}'; it may have {string.Join(", ", Keys)}");
        var type = node.Find("type")?.Text ?? "string";
        if (!Types.Contains(type)) throw AgentTemplate.Wrong(node, $"the type is one of {string.Join(", ", Types)}");
        var parameter = new TemplateParameter(name.Text!, type, node.Find("description")?.Text ?? "", node.Find("default")?.ToJson(), [.. (node.Find("choices")?.Items ?? []).Select(item => item.ToJson())]);
        foreach (var value in (IEnumerable<JsonElement>)[.. parameter.Choices, .. parameter.Default is { } given ? [given] : (JsonElement[])[]])
            if (!parameter.Fits(value)) throw AgentTemplate.Wrong(node, $"{value.GetRawText()} does not fit the parameter '{name.Text}'");
        return parameter;
    }

    public JsonNode Read(Fields? given)
    {
        var path = given?.At(Name) ?? $"parameters.{Name}";
        if (given?.Any(Name) is not { } value) return Default is { } otherwise ? Node(otherwise) : throw ApiException.Missing(path);
        if (!IsOfType(value)) throw ApiException.WrongType(path, Type is "integer" ? "an integer" : $"a {Type}", Fields.Kind(value));
        if (value.ValueKind == JsonValueKind.String && value.GetString()!.Length > MaxLength)
            throw ApiException.BadRequest($"Invalid '{path}': string too long. Expected a string with maximum length {MaxLength}.", path, "string_above_max_length");
        return Fits(value) ? Node(value) : throw ApiException.WrongValue(path, value.ToString(), Choices.Select(choice => choice.ToString()));
    }

    private bool Fits(JsonElement value) => IsOfType(value) && (Choices.IsEmpty || Choices.Any(choice => JsonElement.DeepEquals(choice, value)));

    private bool IsOfType(JsonElement value) => Type switch
    {
        "string" => value.ValueKind == JsonValueKind.String,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        _ => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
    };

    private static JsonNode Node(JsonElement value) => JsonNode.Parse(value.GetRawText())!;
}
