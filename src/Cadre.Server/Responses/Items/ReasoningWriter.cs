using System.Text.Json;

namespace Cadre.Server.Responses.Items;

/// <summary>What a provider sent beside text and calls, as a reasoning item.</summary>
internal static class ReasoningWriter
{
    private static readonly string[] ChatMembers = ["reasoning_content", "reasoning"];

    /// <summary>Whether there is reasoning in it at all: other extras of a provider are nobody's business.</summary>
    public static bool Has(JsonElement raw) => Items(raw).Any() || ChatText(raw) is not null;

    public static void Write(Utf8JsonWriter json, string id, JsonElement raw, Include include)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("type"u8, "reasoning"u8);
        json.WriteStartArray("summary"u8);
        var summarised = false;
        foreach (var text in Texts(raw, "summary"))
        {
            WriteSummary(json, text);
            summarised = true;
        }

        if (!summarised && ChatText(raw) is { } thoughts) WriteSummary(json, thoughts);
        json.WriteEndArray();
        if (Texts(raw, "content").ToList() is { Count: > 0 } contents)
        {
            json.WriteStartArray("content"u8);
            foreach (var text in contents)
            {
                json.WriteStartObject();
                json.WriteString("type"u8, "reasoning_text"u8);
                json.WriteString("text"u8, text);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        if (include.HasFlag(Include.EncryptedReasoning))
            json.WriteString("encrypted_content"u8, Items(raw).Select(item => ForeignItem.Text(item, "encrypted_content")).LastOrDefault(text => text is not null));
        json.WriteEndObject();
    }

    public static void WriteSummary(Utf8JsonWriter json, ReadOnlySpan<char> text)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "summary_text"u8);
        json.WriteString("text"u8, text);
        json.WriteEndObject();
    }

    private static IEnumerable<JsonElement> Items(JsonElement raw) =>
        raw.ValueKind == JsonValueKind.Object && raw.TryGetProperty("items", out var items) && items.ValueKind == JsonValueKind.Array
            ? items.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.Object && ForeignItem.Text(item, "type") == "reasoning")
            : [];

    private static IEnumerable<string> Texts(JsonElement raw, string member) => Items(raw)
        .SelectMany(item => item.TryGetProperty(member, out var parts) && parts.ValueKind == JsonValueKind.Array ? parts.EnumerateArray().ToArray() : [])
        .Select(part => part.ValueKind == JsonValueKind.Object ? ForeignItem.Text(part, "text") : null)
        .OfType<string>();

    private static string? ChatText(JsonElement raw) =>
        raw.ValueKind == JsonValueKind.Object && raw.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.Object
            ? ChatMembers.Select(member => ForeignItem.Text(message, member)).FirstOrDefault(text => text is { Length: > 0 })
            : null;
}
