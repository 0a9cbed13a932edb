using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cadre.Engine.Schemas;

namespace Cadre.Conformance.Tests.Description;

/// <summary>An API's public description: its operations, and its schemas ready to be checked against. Safe for concurrent use.</summary>
internal sealed class ApiDescription
{
    private readonly ConcurrentDictionary<string, JsonSchema> _compiled = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _definitions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _references = new(StringComparer.Ordinal);

    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    private ApiDescription(string file)
    {
        var root = JsonNode.Parse(File.ReadAllText(PathOf(file)))!;
        Schemas = root["components"]!["schemas"]!.AsObject();
        foreach (var allowed in Allowed.All.Where(allowed => allowed.File == file))
        {
            if (!allowed.Apply(Schemas)) throw new InvalidOperationException($"allowed.json: {file} has no {allowed.Schema}.");
        }

        foreach (var (name, schema) in Schemas)
        {
            var translated = OpenApiDialect.Translate(schema, name)!;
            _definitions.Add(name, translated.ToJsonString());
            _references.Add(name, [.. References(translated)]);
        }

        Collect(Schemas, isNames: true);
        Collect(root["paths"], isNames: true);
        Operations = [.. root["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(entry => Read(path.Key, entry.Key, entry.Value!)))];
    }

    /// <summary>Everything but the Agents API.</summary>
    public static ApiDescription OpenAI { get; } = new("openai.json");

    /// <summary>The Agents API, which OpenAI's public description does not have.</summary>
    public static ApiDescription Agents { get; } = new("agents.json");

    public static IEnumerable<ApiOperation> All => OpenAI.Operations.Concat(Agents.Operations);

    /// <summary>As OpenAI wrote them, with the allow-list applied.</summary>
    public JsonObject Schemas { get; }

    public IReadOnlyList<ApiOperation> Operations { get; }

    /// <summary>Every name that a member of an object has somewhere in the description.</summary>
    public IReadOnlySet<string> Names => _names;

    public static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "Schemas", file);

    /// <param name="path">From "/v1" on, without query.</param>
    public static ApiOperation? Find(string method, string path)
    {
        if (!path.StartsWith("/v1/", StringComparison.Ordinal)) return null;
        var segments = path[3..].Split('/');
        return All.Select(operation => (Operation: operation, Fits: operation.Matches(method, segments, out var literals), Literals: literals))
            .Where(found => found.Fits).OrderByDescending(found => found.Literals).FirstOrDefault().Operation;
    }

    /// <summary>What is wrong with a value; empty when it fits.</summary>
    public IReadOnlyList<SchemaError> Check(JsonNode schema, JsonElement value) => Compile(schema).Validate(value);

    public static JsonObject Reference(string component) => new() { ["$ref"] = "#/components/schemas/" + component };

    /// <summary>The schema behind a reference.</summary>
    public JsonObject Resolve(JsonNode? schema)
    {
        while (schema?["$ref"]?.GetValue<string>() is { } reference) schema = Schemas[reference[(reference.LastIndexOf('/') + 1)..]];
        return schema as JsonObject ?? [];
    }

    private JsonSchema Compile(JsonNode schema) => _compiled.GetOrAdd(schema.ToJsonString(), _ =>
    {
        var entry = OpenApiDialect.Translate(schema, "")!;
        var reached = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>(References(entry));
        while (open.TryPop(out var name))
        {
            if (!reached.Add(name)) continue;
            foreach (var further in _references[name]) open.Push(further);
        }

        var document = $"{{\"$defs\":{{{string.Join(',', reached.Select(name => $"{JsonValue.Create(name)!.ToJsonString()}:{_definitions[name]}"))}}},\"allOf\":[{entry.ToJsonString()}]}}";
        using var parsed = JsonDocument.Parse(document);
        return JsonSchema.TryParse(parsed.RootElement, out var compiled, out var error) ? compiled : throw new InvalidOperationException($"{schema.ToJsonString()}: {error}");
    });

    private void Collect(JsonNode? node, bool isNames)
    {
        if (node is JsonArray list) foreach (var item in list) Collect(item, false);
        if (node is not JsonObject map) return;
        foreach (var (name, value) in map)
        {
            if (name == "properties" && !isNames) foreach (var property in value!.AsObject()) _names.Add(property.Key);
            Collect(value, name == "properties" && !isNames);
        }
    }

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(entry => entry.Key == "$ref" && entry.Value is JsonValue value ? [value.GetValue<string>()["#/$defs/".Length..]] : References(entry.Value)),
        JsonArray list => list.SelectMany(References),
        _ => [],
    };

    private ApiOperation Read(string path, string method, JsonNode operation)
    {
        var id = operation["operationId"]!.GetValue<string>();
        var content = operation["requestBody"]?["content"]?.AsObject();
        var answers = operation["responses"]!.AsObject().Select(answer => answer.Value!["content"]).FirstOrDefault(answer => answer is not null);
        return new(
            this, id, method.ToUpperInvariant(), path, [.. (operation["parameters"]?.AsArray() ?? []).Select(parameter => new ApiParameter(
                parameter!["name"]!.GetValue<string>(), parameter["in"]!.GetValue<string>(), parameter["required"]?.GetValue<bool>() ?? false, Resolve(parameter["schema"])))],
            (content?["application/json"] ?? content?["multipart/form-data"])?["schema"],
            content is not null && content["application/json"] is null,
            path.EndsWith("/content", StringComparison.Ordinal) && id != "retrieveVectorStoreFileContent" ? null : answers?["application/json"]?["schema"],
            ApiOperation.Streams.TryGetValue(id, out var stream) ? Reference(stream) : answers?["text/event-stream"]?["schema"]);
    }
}
