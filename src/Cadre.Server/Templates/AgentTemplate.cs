using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Cadre.Server.Http;
using Cadre.Tools.Bundles;

namespace Cadre.Server.Templates;

/// <summary>An assistant with blanks: a body of <c>POST /v1/assistants</c> in which {{parameter}} stands for what a caller fills in (docs/templates.md).</summary>
/// <param name="Assistant">The body, blanks included.</param>
internal sealed partial record AgentTemplate(string Name, string Description, ImmutableArray<TemplateParameter> Parameters, JsonElement Assistant)
{
    public const int MaxBytes = 256 << 10;
    private const int MaxParameters = 32;
    private static readonly string[] Keys = ["name", "description", "parameters", "assistant"];

    /// <exception cref="FormatException">The text is no template; the message begins with the line.</exception>
    public static AgentTemplate Parse(string text)
    {
        var root = YamlNode.Parse(text, out var flaw) ?? throw new FormatException($"{flaw!.Line}: {flaw.Reason.TrimEnd('.')}");
        foreach (var (key, _) in root.Members ?? throw Wrong(root, "the file is a map of keys"))
            if (!Keys.Contains(key.Text)) throw Wrong(key, $"there is no key '{key.Text}'; the file may have {string.Join(", ", Keys)}");
        var name = root.Find("name");
        if (name?.Text is not { } word || !TemplateName().IsMatch(word)) throw Wrong(name ?? root, "'name' has 1 to 64 lower-case letters, digits and '-'");
        if (root.Find("assistant") is not { Members: not null } assistant) throw Wrong(root.Find("assistant") ?? root, "'assistant' is the body of POST /v1/assistants");
        ImmutableArray<TemplateParameter> parameters = [.. (root.Find("parameters")?.Members ?? []).Take(MaxParameters).Select(member => TemplateParameter.Parse(member.Key, member.Value))];
        CheckBlanks(assistant, parameters);
        return new(word, root.Find("description")?.Text ?? "", parameters, assistant.ToJson());
    }

    public static FormatException Wrong(YamlNode at, string reason) => new($"{at.Line}: {reason}");

    /// <summary>The assistant with every blank filled.</summary>
    /// <exception cref="ApiException">A value is missing, unknown or does not fit.</exception>
    public Fields Fill(Fields? given)
    {
        foreach (var member in given?.Raw.EnumerateObject() ?? default)
        {
            if (!Parameters.Any(parameter => parameter.Name == member.Name))
                throw ApiException.BadRequest($"Unknown parameter: '{given!.Value.At(member.Name)}'. The template '{Name}' has {string.Join(", ", Parameters.Select(parameter => parameter.Name))}.", given.Value.At(member.Name), "unknown_parameter");
        }

        var values = Parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Read(given), StringComparer.Ordinal);
        var filled = Fill(JsonNode.Parse(Assistant.GetRawText())!, values);
        return RequestBody.Parse(Encoding.UTF8.GetBytes(filled!.ToJsonString()));
    }

    private static JsonNode? Fill(JsonNode? node, Dictionary<string, JsonNode> values) => node switch
    {
        JsonObject map => new JsonObject(map.Select(member => KeyValuePair.Create(member.Key, Fill(member.Value, values)))),
        JsonArray list => new JsonArray([.. list.Select(item => Fill(item, values))]),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => Fill(value.GetValue<string>(), values),
        _ => node?.DeepClone(),
    };

    /// <summary>A text that is one blank becomes the value itself, of its own type.</summary>
    private static JsonNode Fill(string text, Dictionary<string, JsonNode> values)
    {
        if (Blank().Match(text) is { Success: true } whole && whole.Length == text.Length) return values[whole.Groups[1].Value].DeepClone();
        return Blank().Replace(text, blank => values[blank.Groups[1].Value] is JsonValue value && value.GetValueKind() == JsonValueKind.String
            ? value.GetValue<string>()
            : values[blank.Groups[1].Value].ToJsonString());
    }

    private static void CheckBlanks(YamlNode node, ImmutableArray<TemplateParameter> parameters)
    {
        foreach (var (_, value) in node.Members ?? []) CheckBlanks(value, parameters);
        foreach (var item in node.Items ?? []) CheckBlanks(item, parameters);
        foreach (Match blank in Blank().Matches(node.Text ?? ""))
        {
            if (!parameters.Any(parameter => parameter.Name == blank.Groups[1].Value)) throw Wrong(node, string.Create(CultureInfo.InvariantCulture, $"there is no parameter '{blank.Groups[1].Value}'"));
        }
    }

    [GeneratedRegex(@"\{\{\s*([A-Za-z0-9_-]{1,64})\s*\}\}", RegexOptions.NonBacktracking)]
    private static partial Regex Blank();

    [GeneratedRegex("^[a-z0-9-]{1,64}$", RegexOptions.NonBacktracking)]
    private static partial Regex TemplateName();
}
