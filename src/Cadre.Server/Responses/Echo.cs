using System.Buffers;
using System.Text.Json;
using Cadre.Server.Http;

namespace Cadre.Server.Responses;

/// <summary>The members of a response object that repeat the request, defaults filled in as OpenAI fills them in.</summary>
internal static class Echo
{
    /// <summary>Members that are repeated as they came.</summary>
    private static readonly string[] Verbatim = ["prompt", "prompt_cache_options"];

    public static JsonElement Of(ResponseRequest request, string? conversation)
    {
        var body = request.Body;
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteBoolean("background"u8, request.Background);
            if (conversation is not null)
            {
                json.WriteStartObject("conversation"u8);
                json.WriteString("id"u8, conversation);
                json.WriteEndObject();
            }

            json.WriteString("instructions"u8, body.Text("instructions"));
            Number(json, "max_output_tokens"u8, request.MaxOutputTokens);
            Number(json, "max_tool_calls"u8, request.MaxToolCalls);
            json.WriteString("model"u8, body.Text("model"));
            json.WriteBoolean("parallel_tool_calls"u8, request.ParallelToolCalls);
            json.WriteString("previous_response_id"u8, request.PreviousId);
            json.WriteString("prompt_cache_key"u8, body.Text("prompt_cache_key"));
            json.WriteString("prompt_cache_retention"u8, body.Text("prompt_cache_retention"));
            WriteReasoning(json, request);
            json.WriteString("safety_identifier"u8, body.Text("safety_identifier"));
            json.WriteString("service_tier"u8, body.Text("service_tier") is { } tier && tier != "auto" ? tier : "default");
            json.WriteBoolean("store"u8, request.Store);
            json.WriteNumber("temperature"u8, request.Temperature ?? 1);
            WriteText(json, body);
            WriteChoice(json, body);
            WriteTools(json, request.ToolList);
            json.WriteNumber("top_logprobs"u8, body.Integer("top_logprobs") ?? 0);
            json.WriteNumber("top_p"u8, request.TopP ?? 1);
            json.WriteString("truncation"u8, body.Text("truncation") ?? "disabled");
            json.WriteNumber("presence_penalty"u8, 0);
            json.WriteNumber("frequency_penalty"u8, 0);
            if (body.Text("user") is { } user) json.WriteString("user"u8, user);
            json.WriteStartObject("metadata"u8);
            foreach (var (key, value) in request.Metadata ?? new Dictionary<string, string>()) json.WriteString(key, value);
            json.WriteEndObject();
            foreach (var name in Verbatim)
            {
                if (body.Any(name) is not { } value) continue;
                json.WritePropertyName(name);
                value.WriteTo(json);
            }

            json.WriteEndObject();
        }

        var reader = new Utf8JsonReader(buffer.WrittenSpan);
        return JsonElement.ParseValue(ref reader);
    }

    private static void WriteReasoning(Utf8JsonWriter json, ResponseRequest request)
    {
        json.WriteStartObject("reasoning"u8);
        json.WriteString("effort"u8, request.ReasoningEffort);
        json.WriteString("summary"u8, request.Body.Object("reasoning")?.Text("summary"));
        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, Fields body)
    {
        var text = body.Object("text");
        json.WriteStartObject("text"u8);
        json.WritePropertyName("format"u8);
        if (text?.Any("format") is { } format) format.WriteTo(json);
        else json.WriteRawValue("""{"type":"text"}"""u8, skipInputValidation: true);
        json.WriteString("verbosity"u8, text?.Text("verbosity") ?? "medium");
        json.WriteEndObject();
    }

    private static void WriteChoice(Utf8JsonWriter json, Fields body)
    {
        json.WritePropertyName("tool_choice"u8);
        if (body.Any("tool_choice") is { } choice) choice.WriteTo(json);
        else json.WriteStringValue("auto"u8);
    }

    /// <summary>As they came; a function says whether it is strict, and which parameters it has.</summary>
    private static void WriteTools(Utf8JsonWriter json, JsonElement? tools)
    {
        json.WriteStartArray("tools"u8);
        foreach (var tool in tools is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : default)
        {
            var function = tool.TryGetProperty("type"u8, out var type) && type.ValueEquals("function"u8);
            // An agent's functions are nested, as Assistants has them.
            var nested = function && tool.TryGetProperty("function"u8, out var inner) && inner.ValueKind == JsonValueKind.Object ? inner : tool;
            json.WriteStartObject();
            if (function) json.WriteString("type"u8, "function"u8);
            foreach (var member in nested.EnumerateObject())
            {
                if (function && (member.NameEquals("type"u8) || (member.NameEquals("strict"u8) && member.Value.ValueKind == JsonValueKind.Null))) continue;
                // A secret of the caller's for another server is not given out again.
                if (!function && (member.NameEquals("authorization"u8) || member.NameEquals("headers"u8))) continue;
                member.WriteTo(json);
            }

            if (function && (!nested.TryGetProperty("strict"u8, out var strict) || strict.ValueKind == JsonValueKind.Null)) json.WriteBoolean("strict"u8, true);
            if (function && !nested.TryGetProperty("parameters"u8, out _)) json.WriteNull("parameters"u8);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Number(Utf8JsonWriter json, ReadOnlySpan<byte> name, long? value)
    {
        if (value is { } number) json.WriteNumber(name, number);
        else json.WriteNull(name);
    }
}
