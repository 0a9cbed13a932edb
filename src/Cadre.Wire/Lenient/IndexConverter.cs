using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cadre.Wire.Lenient;

/// <summary>A small non-negative integer; anything else reads as null.</summary>
public sealed class IndexConverter : JsonConverter<int?>
{
    public override int? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var index) && index >= 0) return index;
        reader.Skip();
        return null;
    }

    public override void Write(Utf8JsonWriter writer, int? value, JsonSerializerOptions options)
    {
        if (value is { } index) writer.WriteNumberValue(index);
        else writer.WriteNullValue();
    }
}
