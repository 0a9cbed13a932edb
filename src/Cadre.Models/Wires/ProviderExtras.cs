using System.Buffers;
using System.Text.Json;

namespace Cadre.Models.Wires;

/// <summary>
/// What a provider sent beside text and calls, as <c>Message.Assistant.Raw</c> carries it: <c>{"wire":…,"endpoint":…,…}</c>. Another endpoint, or the other
/// wire, would not understand it and does not get it.
/// </summary>
internal static class ProviderExtras
{
    public static JsonElement Write(string wire, string endpoint, Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("wire", wire);
            json.WriteString("endpoint", endpoint);
            members(json);
            json.WriteEndObject();
        }

        var reader = new Utf8JsonReader(buffer.WrittenSpan);
        return JsonElement.ParseValue(ref reader);
    }

    /// <summary>Null when they are another's.</summary>
    public static JsonElement? Of(JsonElement? raw, string wire, string endpoint) =>
        raw is { ValueKind: JsonValueKind.Object } element && Is(element, "wire", wire) && Is(element, "endpoint", endpoint) ? element : null;

    private static bool Is(JsonElement element, string member, string value) =>
        element.TryGetProperty(member, out var found) && found.ValueKind == JsonValueKind.String && found.ValueEquals(value);
}
