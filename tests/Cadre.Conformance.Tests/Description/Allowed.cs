using System.Text.Json.Nodes;

namespace Cadre.Conformance.Tests.Description;

/// <summary>A place where OpenAI's own service, or its SDKs, differ from OpenAI's description; `Schemas/allowed.json` lists them with reasons.</summary>
/// <param name="Schema">JSON pointer below the description's "components/schemas"; one to a property that is not there adds it.</param>
/// <param name="Instead">What holds there; null removes the keyword.</param>
/// <param name="Reason">For people: who does otherwise.</param>
internal sealed record Allowed(string File, string Schema, JsonNode? Instead, string Reason)
{
    public static IReadOnlyList<Allowed> All { get; } = Read();

    /// <summary>False when the description has no such place: then the entry is out of date.</summary>
    public bool Apply(JsonObject schemas)
    {
        var parts = Schema.TrimStart('/').Split('/');
        JsonNode? holder = schemas;
        foreach (var part in parts[..^1]) holder = Child(holder, part);
        switch (holder)
        {
            case JsonObject map when map.ContainsKey(parts[^1]) || (Instead is not null && parts[^2] == "properties"):
                if (Instead is null) map.Remove(parts[^1]);
                else map[parts[^1]] = Instead.DeepClone();
                return true;
            case JsonArray list when int.TryParse(parts[^1], out var index) && index < list.Count && Instead is not null:
                list[index] = Instead.DeepClone();
                return true;
            default:
                return false;
        }
    }

    private static JsonNode? Child(JsonNode? holder, string part) => holder switch
    {
        JsonObject map => map[part],
        JsonArray list when int.TryParse(part, out var index) && index < list.Count => list[index],
        _ => null,
    };

    private static IReadOnlyList<Allowed> Read() =>
    [
        .. JsonNode.Parse(System.IO.File.ReadAllText(ApiDescription.PathOf("allowed.json")))!.AsArray().Select(entry => new Allowed(
            entry!["file"]!.GetValue<string>(), entry["schema"]!.GetValue<string>(), entry["instead"], entry["reason"]!.GetValue<string>())),
    ];
}
