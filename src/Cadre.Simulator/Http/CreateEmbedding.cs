using System.Runtime.InteropServices;
using System.Text.Json;
using Cadre.Simulator.Answers;
using Cadre.Simulator.Prompts;
using Microsoft.AspNetCore.Http;

namespace Cadre.Simulator.Http;

/// <summary>POST /v1/embeddings. Equal texts have equal vectors, and texts that share words have similar ones.</summary>
internal static class CreateEmbedding
{
    public const int MaxInputs = 2_048;

    public static async Task HandleAsync(HttpContext context, SimulatorOptions options, RequestLog log)
    {
        using var document = await RequestBody.ReadAsync(context, log, options);
        var body = document.RootElement;
        var model = body.RequireModel();
        var inputs = ReadInputs(body);
        var dimensions = body.GetCount("dimensions") ?? EmbeddingVector.DefaultDimensions;
        if (dimensions > EmbeddingVector.MaxDimensions)
        {
            throw new RequestRefusedException(400, $"'dimensions' must be at most {EmbeddingVector.MaxDimensions}.", "invalid_value", "dimensions");
        }

        var base64 = body.GetText("encoding_format") switch
        {
            null or "float" => false,
            "base64" when options.Embeddings != EmbeddingSupport.RefusesBase64 => options.Embeddings == EmbeddingSupport.Whole,
            var format => throw new RequestRefusedException(400, $"Invalid value: '{format}'. Supported values are: 'float' and 'base64'.", "invalid_value", "encoding_format"),
        };
        await JsonOutput.WriteAsync(context, StatusCodes.Status200OK, json => Write(json, model, inputs, dimensions, base64));
    }

    private static void Write(Utf8JsonWriter json, string model, List<string> inputs, int dimensions, bool base64)
    {
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        for (var i = 0; i < inputs.Count; i++)
        {
            json.WriteStartObject();
            json.WriteString("object", "embedding");
            json.WriteNumber("index", i);
            json.WritePropertyName("embedding");
            WriteVector(json, EmbeddingVector.Of(inputs[i], dimensions), base64);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("model", model);
        var tokens = inputs.Sum(static input => UsageEstimate.Tokens(input.Length));
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", tokens);
        json.WriteNumber("total_tokens", tokens);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteVector(Utf8JsonWriter json, float[] vector, bool base64)
    {
        if (base64)
        {
            // Little-endian by the wire's definition; every platform that .NET 10 runs on is.
            json.WriteBase64StringValue(MemoryMarshal.AsBytes(vector.AsSpan()));
            return;
        }

        json.WriteStartArray();
        foreach (var number in vector)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }

    /// <summary>A text, token ids, or an array of either; token ids are embedded as their digits.</summary>
    private static List<string> ReadInputs(JsonElement body)
    {
        var input = body.Get("input") ?? throw new RequestRefusedException(400, "Missing required parameter: 'input'.", "missing_required_parameter", "input");
        List<string> inputs = input.ValueKind switch
        {
            JsonValueKind.String => [input.GetString()!],
            JsonValueKind.Array when input.GetArrayLength() > 0 && input[0].ValueKind == JsonValueKind.Number => [input.GetRawText()],
            JsonValueKind.Array => [.. input.EnumerateArray().Select(static item => item.ValueKind switch
            {
                JsonValueKind.String => item.GetString()!,
                JsonValueKind.Array => item.GetRawText(),
                _ => throw RequestJson.WrongType("input", "a string or an array"),
            })],
            _ => throw RequestJson.WrongType("input", "a string or an array"),
        };
        if (inputs.Count is 0 or > MaxInputs)
        {
            throw new RequestRefusedException(400, $"'input' must hold 1 to {MaxInputs} texts.", "invalid_value", "input");
        }

        return inputs;
    }
}
