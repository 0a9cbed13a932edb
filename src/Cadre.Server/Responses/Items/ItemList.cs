using System.Text.Json;

namespace Cadre.Server.Responses.Items;

/// <summary>A page of items.</summary>
internal static class ItemList
{
    public static void Write(Utf8JsonWriter json, IReadOnlyList<OutputItem> items, bool hasMore)
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        foreach (var item in items) ItemWriter.Write(json, item);
        json.WriteEndArray();
        // OpenAI's description has no null here.
        json.WriteString("first_id"u8, items.Count > 0 ? ItemIds.Of(items[0].Item) : "");
        json.WriteString("last_id"u8, items.Count > 0 ? ItemIds.Of(items[^1].Item) : "");
        json.WriteBoolean("has_more"u8, hasMore);
        json.WriteEndObject();
    }
}
