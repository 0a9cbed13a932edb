using System.Buffers;
using System.Text;
using System.Text.Json;
using Cadre.Simulator.Http;

namespace Cadre.Simulator.BuiltIn;

/// <summary>JSON built as text: tool arguments and structured answers.</summary>
internal static class JsonText
{
    public static string Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, JsonOutput.Options))
        {
            write(json);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>An object of string properties.</summary>
    public static string Of(params ReadOnlySpan<(string Name, string Value)> properties)
    {
        var pairs = properties.ToArray();
        return Write(json =>
        {
            json.WriteStartObject();
            foreach (var (name, value) in pairs)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
        });
    }

    /// <summary>Null when the text is not JSON.</summary>
    public static JsonElement? TryParse(string text)
    {
        if (!text.AsSpan().TrimStart().StartsWith('{') && !text.AsSpan().TrimStart().StartsWith('['))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
