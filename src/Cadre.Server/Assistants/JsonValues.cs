using System.Text.Json;

namespace Cadre.Server.Assistants;

/// <summary>What members say that nobody has set.</summary>
internal static class JsonValues
{
    public static JsonElement EmptyObject { get; } = Parse("{}");
    public static JsonElement EmptyArray { get; } = Parse("[]");
    public static JsonElement Auto { get; } = Parse("\"auto\"");
    public static JsonElement TruncateAuto { get; } = Parse("""{"type":"auto","last_messages":null}""");

    public static IReadOnlyDictionary<string, string> NoMetadata { get; } = new Dictionary<string, string>();

    public static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
