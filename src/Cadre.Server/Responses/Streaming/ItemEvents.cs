using Cadre.Server.Responses.Items;

namespace Cadre.Server.Responses.Streaming;

/// <summary>Events about whole items.</summary>
internal static class ItemEvents
{
    /// <summary>An item that begins and ends at once.</summary>
    public static void TellItem(this EventBuffer events, OutputItem item, int index)
    {
        events.TellItem("response.output_item.added", item, index);
        events.TellItem("response.output_item.done", item, index);
    }

    public static void TellItem(this EventBuffer events, string type, OutputItem item, int index)
    {
        events.Begin(type);
        events.Json.WriteNumber("output_index"u8, index);
        events.Json.WritePropertyName("item"u8);
        ItemWriter.Write(events.Json, item);
        events.End();
    }

    /// <summary>Begins an event about an item; its own members follow, then <see cref="EventBuffer.End"/>.</summary>
    public static void BeginOf(this EventBuffer events, string type, string itemId, int index)
    {
        events.Begin(type);
        events.Json.WriteString("item_id"u8, itemId);
        events.Json.WriteNumber("output_index"u8, index);
    }

    public static void Tell(this EventBuffer events, string type, string itemId, int index)
    {
        events.BeginOf(type, itemId, index);
        events.End();
    }

    public static void Tell(this EventBuffer events, string type, string itemId, int index, ReadOnlySpan<byte> member, string value)
    {
        events.BeginOf(type, itemId, index);
        events.Json.WriteString(member, value);
        events.End();
    }
}
