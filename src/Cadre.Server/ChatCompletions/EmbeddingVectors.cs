using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;

namespace Cadre.Server.ChatCompletions;

/// <summary>Embeddings as numbers made into embeddings as base64: little-endian 32-bit floats. Everything else is copied as it is.</summary>
internal static class EmbeddingVectors
{
    /// <summary>Of an answer: 2,048 vectors of 4,096 numbers with room.</summary>
    public const int MaxBytes = 192 << 20;

    /// <summary>The answer itself when there is nothing to convert.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static ReadOnlyMemory<byte> ToBase64(ReadOnlyMemory<byte> answer)
    {
        if (!HasNumbers(answer.Span)) return answer;
        var output = new ArrayBufferWriter<byte>(answer.Length / 2);
        using (var json = new Utf8JsonWriter(output))
        {
            var reader = new Utf8JsonReader(answer.Span);
            var vector = new ArrayBufferWriter<byte>();
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName || !IsVector(reader))
                {
                    Copy(json, ref reader);
                    continue;
                }

                json.WritePropertyName("embedding"u8);
                reader.Read();
                if (reader.TokenType == JsonTokenType.StartArray) json.WriteBase64StringValue(Pack(ref reader, vector));
                else Copy(json, ref reader);
            }
        }

        return output.WrittenMemory;
    }

    /// <summary>At <c>data[i].embedding</c>.</summary>
    private static bool IsVector(in Utf8JsonReader reader) => reader.CurrentDepth == 3 && reader.ValueTextEquals("embedding"u8);

    private static bool HasNumbers(ReadOnlySpan<byte> answer)
    {
        var reader = new Utf8JsonReader(answer);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && IsVector(reader)) return reader.Read() && reader.TokenType == JsonTokenType.StartArray;
        }

        return false;
    }

    private static ReadOnlySpan<byte> Pack(ref Utf8JsonReader reader, ArrayBufferWriter<byte> vector)
    {
        vector.ResetWrittenCount();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number) throw new JsonException("An embedding holds something else than numbers.");
            BinaryPrimitives.WriteSingleLittleEndian(vector.GetSpan(sizeof(float)), reader.GetSingle());
            vector.Advance(sizeof(float));
        }

        return vector.WrittenSpan;
    }

    private static void Copy(Utf8JsonWriter json, ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject: json.WriteStartObject(); break;
            case JsonTokenType.EndObject: json.WriteEndObject(); break;
            case JsonTokenType.StartArray: json.WriteStartArray(); break;
            case JsonTokenType.EndArray: json.WriteEndArray(); break;
            case JsonTokenType.PropertyName: json.WritePropertyName(reader.GetString()!); break;
            case JsonTokenType.String: json.WriteStringValue(reader.GetString()); break;
            case JsonTokenType.Number: json.WriteRawValue(reader.ValueSpan); break;
            case JsonTokenType.True: json.WriteBooleanValue(true); break;
            case JsonTokenType.False: json.WriteBooleanValue(false); break;
            case JsonTokenType.Null: json.WriteNullValue(); break;
        }
    }
}
