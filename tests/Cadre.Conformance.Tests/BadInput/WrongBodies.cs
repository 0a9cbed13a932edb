using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cadre.Conformance.Tests.Description;

namespace Cadre.Conformance.Tests.BadInput;

/// <summary>Makes wrong JSON bodies of a good one: by a change at each place that the operation's schema then refuses, and by what no schema sees.</summary>
internal static class WrongBodies
{
    private const int MaxDepth = 6;

    private static readonly JsonNode[] Strangers = ["text", 17, true, new JsonArray(17), new JsonObject { ["strange"] = 17 }];

    /// <summary>Each place of the good body: missing, of another type, with an unknown word, out of range.</summary>
    public static IEnumerable<(string Fault, string Parameter, JsonObject Body)> Changed(ApiOperation operation, JsonObject good)
    {
        foreach (var place in Places(good, [], 0).ToList())
        {
            var top = (string)place[0];
            foreach (var (fault, value) in Changes(Get(good, place)!))
            {
                var body = (JsonObject)good.DeepClone();
                Set(body, place, value);
                if (Refuses(operation, body)) yield return ($"{Name(place)} {fault}", top, body);
            }

            if (place[^1] is not string) continue;
            var without = (JsonObject)good.DeepClone();
            ((JsonObject)Get(without, place[..^1])!).Remove((string)place[^1]);
            if (Refuses(operation, without)) yield return ($"{Name(place)} is missing", top, without);
        }

        foreach (var (name, _) in Properties(operation.Description, operation.Request).Where(property => !good.ContainsKey(property.Key)))
        {
            foreach (var stranger in Strangers)
            {
                var body = (JsonObject)good.DeepClone();
                body[name] = stranger.DeepClone();
                if (!Refuses(operation, body)) continue;
                yield return ($"{name} is {stranger.ToJsonString()}", name, body);
                break;
            }
        }
    }

    /// <summary>What is wrong with the text, not with its meaning. "May pass": OpenAI's parser is lenient there.</summary>
    public static IEnumerable<(string Fault, HttpContent Content, bool MayPass)> Broken(JsonObject good)
    {
        var text = good.ToJsonString();
        var first = good.First().Key;
        var rest = (JsonObject)good.DeepClone();
        rest.Remove("metadata");
        var open = rest.Count == 0 ? "{" : rest.ToJsonString()[..^1] + ",";
        yield return ("is a list", Json("[]"), false);
        yield return ("is a text", Json("\"text\""), false);
        yield return ("is a number", Json("17"), false);
        yield return ("is cut off", Json(text[..^1]), false);
        yield return ("has something behind it", Json(text + "}"), false);
        yield return ("is not JSON", Json("model=gpt"), false);
        yield return ("has a member twice", Json(text[..^1] + $",\"{first}\":{good[first]!.ToJsonString()}}}"), true);
        yield return ("is nested 500 deep", Json(open + "\"metadata\":" + string.Concat(Enumerable.Repeat("{\"a\":", 500)) + "1" + new string('}', 500) + "}"), false);
        yield return ("is nested 100,000 deep", Json(open + "\"metadata\":" + new string('[', 100_000) + new string(']', 100_000) + "}"), false);
        yield return ("holds half a surrogate pair", Json(open + "\"metadata\":{\"a\":\"\\ud800\"}}"), true);
        yield return ("holds half a surrogate pair in a name", Json(open + "\"\\udc00\":1}"), true);
        yield return ("holds NUL", Json(open + "\"metadata\":{\"a\":\"\\u0000\"}}"), true);
        yield return ("holds a number beyond all bounds", Json(open + "\"metadata\":{\"a\":1e999999}}"), true);
        yield return ("is not UTF-8", Raw([.. Encoding.UTF8.GetBytes(open + "\"metadata\":{\"a\":\""), 0xC3, 0x28, 0xFF, .. "\"}}"u8]), false);
        yield return ("is UTF-16", Raw(Encoding.Unicode.GetBytes(text)), true);
        yield return ("is empty", Raw([]), true);
        yield return ("has metadata with 17 pairs", Json(With(good, "metadata", new JsonObject(Enumerable.Range(0, 17).Select(i => KeyValuePair.Create($"k{i}", (JsonNode?)"v"))))), !good.ContainsKey("metadata"));
        yield return ("has a metadata key of 65 characters", Json(With(good, "metadata", new JsonObject { [new string('k', 65)] = "v" })), !good.ContainsKey("metadata"));
        yield return ("has a metadata value of 513 characters", Json(With(good, "metadata", new JsonObject { ["k"] = new string('v', 513) })), !good.ContainsKey("metadata"));
    }

    public static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    /// <summary>The members that a request may have, of all its parts.</summary>
    public static IReadOnlyDictionary<string, JsonNode> Properties(ApiDescription description, JsonNode? schema)
    {
        var found = new Dictionary<string, JsonNode>(StringComparer.Ordinal);
        Collect(schema, 0);
        return found;

        void Collect(JsonNode? part, int depth)
        {
            var resolved = description.Resolve(part);
            foreach (var (name, value) in resolved["properties"]?.AsObject() ?? []) found[name] = value!;
            if (depth < 4) foreach (var further in resolved["allOf"]?.AsArray() ?? []) Collect(further, depth + 1);
        }
    }

    private static ByteArrayContent Raw(byte[] bytes) => new(bytes) { Headers = { ContentType = new("application/json") } };

    private static string With(JsonObject good, string name, JsonNode value)
    {
        var body = (JsonObject)good.DeepClone();
        body[name] = value;
        return body.ToJsonString();
    }

    private static IEnumerable<(string, JsonNode)> Changes(JsonNode value)
    {
        foreach (var stranger in Strangers.Where(stranger => stranger.GetValueKind() != value.GetValueKind() && !(IsFlag(stranger) && IsFlag(value))))
            yield return ($"is {stranger.ToJsonString()}", stranger.DeepClone());
        if (value.GetValueKind() == JsonValueKind.String)
        {
            yield return ("is an unknown word", "no_such_word");
            yield return ("is empty", "");
            yield return ("is far too long", new string('x', 300_000));
        }

        if (value.GetValueKind() != JsonValueKind.Number) yield break;
        foreach (var number in new JsonNode[] { -1, 1_000_000_000, 0.5 }) yield return ($"is {number.ToJsonString()}", number);
    }

    private static bool IsFlag(JsonNode value) => value.GetValueKind() is JsonValueKind.True or JsonValueKind.False;

    private static bool Refuses(ApiOperation operation, JsonObject body)
    {
        using var parsed = JsonDocument.Parse(body.ToJsonString());
        return operation.Description.Check(operation.Request!, parsed.RootElement).Count > 0;
    }

    private static IEnumerable<object[]> Places(JsonNode node, object[] at, int depth)
    {
        if (depth > 0) yield return at;
        if (depth >= MaxDepth) yield break;
        IEnumerable<(object Key, JsonNode? Value)> children = node switch
        {
            JsonObject map => map.Select(entry => ((object)entry.Key, entry.Value)),
            JsonArray list => list.Select((item, index) => ((object)index, item)),
            _ => [],
        };
        foreach (var (key, value) in children)
        {
            foreach (var place in Places(value!, [.. at, key], depth + 1)) yield return place;
        }
    }

    private static JsonNode? Get(JsonNode node, object[] place) => place.Aggregate<object, JsonNode?>(node, static (at, key) => key is string name ? at![name] : at![(int)key]);

    private static void Set(JsonNode node, object[] place, JsonNode value)
    {
        var holder = Get(node, place[..^1])!;
        if (place[^1] is string name) holder[name] = value;
        else holder[(int)place[^1]] = value;
    }

    private static string Name(object[] place) => string.Concat(place.Select((key, index) => key is int number ? $"[{number}]" : (index == 0 ? "" : ".") + key));
}
