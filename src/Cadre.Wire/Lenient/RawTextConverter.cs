using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cadre.Wire.Lenient;

/// <summary>A string as it is; any other JSON value as its own text. For arguments sent as an object, and for codes sent as numbers.</summary>
public sealed class RawTextConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String) return reader.GetString();
        using var document = JsonDocument.ParseValue(ref reader);
        return document.RootElement.GetRawText();
    }

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}
