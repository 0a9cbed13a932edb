using System.Collections.Immutable;
using System.Text.Json;
using Cadre.Server.Threads;

namespace Cadre.Server.Responses.Items;

/// <summary>What this protocol knows of an item and the thread does not: the item as it came.</summary>
internal static class ForeignItem
{
    /// <summary>The key of this face in <see cref="ThreadItem.Extra"/>.</summary>
    public const string Face = "responses";

    public const string Compaction = "compaction";

    /// <summary>As it came; null for an item that the thread holds wholly, or that another face wrote.</summary>
    public static JsonElement? Of(ThreadItem item) => item.Body is ItemBody.Foreign foreign
        ? foreign.Raw
        : item.Extra is { } extra && extra.TryGetValue(Face, out var raw) ? raw : null;

    public static ThreadItem With(ThreadItem item, JsonElement raw) =>
        item with { Extra = ImmutableDictionary<string, JsonElement>.Empty.Add(Face, raw) };

    public static string? TypeOf(ThreadItem item) => Of(item) is { ValueKind: JsonValueKind.Object } raw ? Text(raw, "type") : null;

    public static string? Text(JsonElement raw, string member) =>
        raw.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
