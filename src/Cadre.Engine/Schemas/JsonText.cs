using System.Buffers;
using System.Text.Json;

namespace Cadre.Engine.Schemas;

internal static class JsonText
{
    /// <summary>JSON values are equal by meaning: 1 is 1.0, and the order of properties does not count.</summary>
    public static IEqualityComparer<JsonElement> Equality { get; } =
        EqualityComparer<JsonElement>.Create(static (a, b) => JsonElement.DeepEquals(a, b), Hash);

    public static JsonElement Of(string text)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer)) writer.WriteStringValue(text);
        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }

    /// <summary>Equal values have equal hashes; numbers are hashed as double, which no two spellings of a number differ in.</summary>
    private static int Hash(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                return value.GetString()!.GetHashCode(StringComparison.Ordinal);
            case JsonValueKind.Number:
                return (value.GetDouble() + 0.0).GetHashCode();
            case JsonValueKind.Array:
                var hash = new HashCode();
                foreach (var item in value.EnumerateArray()) hash.Add(Hash(item));
                return hash.ToHashCode();
            case JsonValueKind.Object:
                var sum = 0;
                foreach (var property in value.EnumerateObject())
                    sum += HashCode.Combine(property.Name, Hash(property.Value));
                return sum;
            default:
                return (int)value.ValueKind;
        }
    }
}
