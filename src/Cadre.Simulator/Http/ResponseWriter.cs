using System.Text.Json;
using Cadre.Simulator.Answers;
using Cadre.Simulator.Prompts;

namespace Cadre.Simulator.Http;

/// <summary>The response object and its items.</summary>
internal static class ResponseWriter
{
    public static void WriteWhole(Utf8JsonWriter json, Reply reply) =>
        Write(json, reply, reply.Truncated ? "incomplete" : "completed", reply.Items.Count);

    /// <param name="json">Where to.</param>
    /// <param name="reply">What.</param>
    /// <param name="status">The response's status; usage and completion time come with a final one.</param>
    /// <param name="items">How many of the items stand in <c>output</c> by now.</param>
    /// <param name="error">Message of the error that ended the response.</param>
    public static void Write(Utf8JsonWriter json, Reply reply, string status, int items, string? error = null)
    {
        var body = reply.Prompt.Body;
        json.WriteStartObject();
        json.WriteString("id", reply.Id);
        json.WriteString("object", "response");
        json.WriteNumber("created_at", reply.CreatedAt);
        json.WriteString("status", status);
        json.WriteBoolean("background", false);
        if (status == "completed")
        {
            json.WriteNumber("completed_at", reply.CreatedAt);
        }
        else
        {
            json.WriteNull("completed_at");
        }

        WriteFailure(json, status, error);
        Echo(json, body, "instructions");
        Echo(json, body, "max_output_tokens");
        Echo(json, body, "max_tool_calls");
        json.WriteString("model", reply.Prompt.Model);
        json.WriteStartArray("output");
        for (var i = 0; i < items; i++)
        {
            WriteItem(json, reply.Items[i], done: true);
        }

        json.WriteEndArray();
        json.WriteBoolean("parallel_tool_calls", reply.Prompt.ParallelToolCalls);
        Echo(json, body, "previous_response_id");
        WriteSettings(json, body);
        if (status is "completed" or "incomplete")
        {
            WriteUsage(json, reply.Usage);
        }

        if (body.Get("user") is { } user)
        {
            json.WritePropertyName("user");
            user.WriteTo(json);
        }

        Echo(json, body, "metadata", static json => { json.WriteStartObject(); json.WriteEndObject(); });
        json.WriteEndObject();
    }

    public static void WriteItem(Utf8JsonWriter json, ReplyItem item, bool done)
    {
        var status = done ? item.Truncated ? "incomplete" : "completed" : "in_progress";
        json.WriteStartObject();
        json.WriteString("id", item.Id);
        switch (item)
        {
            case ReplyItem.Text text:
                json.WriteString("type", "message");
                json.WriteString("status", status);
                json.WriteStartArray("content");
                if (done)
                {
                    WritePart(json, text.Said, text.Citations);
                }

                json.WriteEndArray();
                json.WriteString("role", "assistant");
                break;
            case ReplyItem.Call call:
                json.WriteString("type", "function_call");
                json.WriteString("status", status);
                json.WriteString("arguments", done ? call.Arguments : "");
                json.WriteString("call_id", call.CallId);
                json.WriteString("name", call.Name);
                break;
        }

        json.WriteEndObject();
    }

    public static void WritePart(Utf8JsonWriter json, string text, IReadOnlyList<Citation> citations)
    {
        json.WriteStartObject();
        json.WriteString("type", "output_text");
        json.WriteStartArray("annotations");
        foreach (var citation in citations)
        {
            WriteCitation(json, citation);
        }

        json.WriteEndArray();
        json.WriteStartArray("logprobs");
        json.WriteEndArray();
        json.WriteString("text", text);
        json.WriteEndObject();
    }

    public static void WriteCitation(Utf8JsonWriter json, Citation citation)
    {
        json.WriteStartObject();
        json.WriteString("type", "file_citation");
        json.WriteString("file_id", citation.FileId);
        json.WriteNumber("index", citation.Index);
        json.WriteString("filename", citation.FileName);
        json.WriteEndObject();
    }

    private static void WriteFailure(Utf8JsonWriter json, string status, string? error)
    {
        if (error is null)
        {
            json.WriteNull("error");
        }
        else
        {
            json.WriteStartObject("error");
            json.WriteString("code", "server_error");
            json.WriteString("message", error);
            json.WriteEndObject();
        }

        if (status == "incomplete")
        {
            json.WriteStartObject("incomplete_details");
            json.WriteString("reason", "max_output_tokens");
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("incomplete_details");
        }
    }

    private static void WriteSettings(Utf8JsonWriter json, JsonElement body)
    {
        Echo(json, body, "reasoning", static json =>
        {
            json.WriteStartObject();
            json.WriteNull("effort");
            json.WriteNull("summary");
            json.WriteEndObject();
        });
        json.WriteString("service_tier", "default");
        Echo(json, body, "store", static json => json.WriteBooleanValue(true));
        Echo(json, body, "temperature", static json => json.WriteNumberValue(1.0));
        Echo(json, body, "text", static json =>
        {
            json.WriteStartObject();
            json.WriteStartObject("format");
            json.WriteString("type", "text");
            json.WriteEndObject();
            json.WriteEndObject();
        });
        Echo(json, body, "tool_choice", static json => json.WriteStringValue("auto"));
        Echo(json, body, "tools", static json => { json.WriteStartArray(); json.WriteEndArray(); });
        json.WriteNumber("top_logprobs", 0);
        Echo(json, body, "top_p", static json => json.WriteNumberValue(1.0));
        Echo(json, body, "truncation", static json => json.WriteStringValue("disabled"));
    }

    private static void Echo(Utf8JsonWriter json, JsonElement body, string name, Action<Utf8JsonWriter>? otherwise = null)
    {
        json.WritePropertyName(name);
        if (body.Get(name) is { } value)
        {
            value.WriteTo(json);
        }
        else if (otherwise is null)
        {
            json.WriteNullValue();
        }
        else
        {
            otherwise(json);
        }
    }

    private static void WriteUsage(Utf8JsonWriter json, TokenUsage usage)
    {
        json.WriteStartObject("usage");
        json.WriteNumber("input_tokens", usage.Input);
        json.WriteStartObject("input_tokens_details");
        json.WriteNumber("cached_tokens", usage.Cached);
        json.WriteNumber("cache_write_tokens", 0);
        json.WriteEndObject();
        json.WriteNumber("output_tokens", usage.Output);
        json.WriteStartObject("output_tokens_details");
        json.WriteNumber("reasoning_tokens", 0);
        json.WriteEndObject();
        json.WriteNumber("total_tokens", usage.Total);
        json.WriteEndObject();
    }
}
