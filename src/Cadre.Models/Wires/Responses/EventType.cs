using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cadre.Wire.Responses;

namespace Cadre.Models.Wires.Responses;

/// <summary>Which event a datum is, for endpoints that leave the <c>event:</c> line out.</summary>
internal static class EventType
{
    public static JsonTypeInfo<ResponsesReply> Reply => ResponsesJson.Default.ResponsesReply;

    /// <summary>An event that is not read must be one all the same: garbage in the middle means that more than that event is damaged.</summary>
    public static void RequireJson(ReadOnlySpan<byte> data)
    {
        var reader = new Utf8JsonReader(data);
        while (reader.Read()) reader.Skip();
    }

    /// <summary>The top-level <c>type</c>; empty when there is none and the datum is no error either, null when it is one.</summary>
    public static string? Peek(ReadOnlySpan<byte> data)
    {
        var reader = new Utf8JsonReader(data);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw new JsonException("An event is a JSON object.");
        var isError = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8) && reader.Read() && reader.TokenType == JsonTokenType.String) return reader.GetString();
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                isError |= reader.ValueTextEquals("error"u8);
                reader.Read();
            }

            reader.Skip();
        }

        return isError ? null : "";
    }
}
