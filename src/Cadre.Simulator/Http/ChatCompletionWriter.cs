using System.Text.Json;
using Cadre.Simulator.Answers;

namespace Cadre.Simulator.Http;

/// <summary>The objects and the stream of Chat Completions.</summary>
internal static class ChatCompletionWriter
{
    private static readonly JsonEncodedText Fingerprint = JsonEncodedText.Encode("fp_simulator");

    public static void WriteWhole(Utf8JsonWriter json, Reply reply)
    {
        Open(json, reply, "chat.completion");
        json.WriteStartArray("choices");
        json.WriteStartObject();
        json.WriteNumber("index", 0);
        json.WriteStartObject("message");
        json.WriteString("role", "assistant");
        var text = string.Concat(reply.Items.OfType<ReplyItem.Text>().Select(static item => item.Said));
        var calls = reply.Items.OfType<ReplyItem.Call>().ToList();
        if (text.Length == 0 && calls.Count > 0)
        {
            json.WriteNull("content");
        }
        else
        {
            json.WriteString("content", text);
        }

        json.WriteNull("refusal");
        json.WriteStartArray("annotations");
        json.WriteEndArray();
        WriteCalls(json, calls);
        json.WriteEndObject();
        json.WriteNull("logprobs");
        json.WriteString("finish_reason", FinishReason(reply));
        json.WriteEndObject();
        json.WriteEndArray();
        WriteUsage(json, reply.Usage);
        json.WriteEndObject();
    }

    public static async Task StreamAsync(EventStream stream, Reply reply)
    {
        var first = stream.Begin();
        OpenChoice(first, reply);
        first.WriteString("role", "assistant");
        if (reply.Items.Count == 0 || reply.Items[0] is ReplyItem.Text)
        {
            first.WriteString("content", "");
        }
        else
        {
            first.WriteNull("content");
        }

        first.WriteNull("refusal");
        CloseChoice(first, reply, null);
        await stream.EndAsync(isChunk: true);

        var callIndex = 0;
        foreach (var item in reply.Items)
        {
            await (item switch
            {
                ReplyItem.Text text => StreamTextAsync(stream, reply, text),
                ReplyItem.Call call => StreamCallAsync(stream, reply, call, callIndex++),
                _ => throw new System.Diagnostics.UnreachableException(),
            });
        }

        var last = stream.Begin();
        OpenChoice(last, reply);
        CloseChoice(last, reply, FinishReason(reply));
        await stream.EndAsync();

        if (reply.Prompt.IncludeUsage)
        {
            var usage = stream.Begin();
            Open(usage, reply, "chat.completion.chunk");
            usage.WriteStartArray("choices");
            usage.WriteEndArray();
            WriteUsage(usage, reply.Usage);
            usage.WriteEndObject();
            await stream.EndAsync();
        }

        await stream.DoneAsync();
    }

    /// <summary>What OpenAI-like servers send when they fail inside a stream.</summary>
    public static async Task StreamErrorAsync(EventStream stream, string message)
    {
        JsonOutput.WriteError(stream.Begin(), message, "server_error", null, null);
        await stream.EndAsync();
        await stream.FlushAsync();
    }

    private static async Task StreamTextAsync(EventStream stream, Reply reply, ReplyItem.Text text)
    {
        for (var at = 0; at < text.Said.Length;)
        {
            var end = Chunks.Next(text.Said, at, reply.Answer.ChunkSize);
            var json = stream.Begin();
            OpenChoice(json, reply);
            json.WriteString("content", text.Said.AsSpan(at, end - at));
            CloseChoice(json, reply, null);
            await stream.EndAsync(isChunk: true);
            at = end;
        }
    }

    private static async Task StreamCallAsync(EventStream stream, Reply reply, ReplyItem.Call call, int index)
    {
        WriteCallDelta(stream.Begin(), reply, call, index, "", opens: true);
        await stream.EndAsync(isChunk: true);
        for (var at = 0; at < call.Arguments.Length;)
        {
            var end = Chunks.Next(call.Arguments, at, reply.Answer.ChunkSize);
            WriteCallDelta(stream.Begin(), reply, call, index, call.Arguments.AsSpan(at, end - at), opens: false);
            await stream.EndAsync(isChunk: true);
            at = end;
        }
    }

    private static void WriteCallDelta(Utf8JsonWriter json, Reply reply, ReplyItem.Call call, int index, ReadOnlySpan<char> arguments, bool opens)
    {
        OpenChoice(json, reply);
        json.WriteStartArray("tool_calls");
        json.WriteStartObject();
        json.WriteNumber("index", index);
        if (opens)
        {
            json.WriteString("id", call.CallId);
            json.WriteString("type", "function");
        }

        json.WriteStartObject("function");
        if (opens)
        {
            json.WriteString("name", call.Name);
        }

        json.WriteString("arguments", arguments);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        CloseChoice(json, reply, null);
    }

    private static void WriteCalls(Utf8JsonWriter json, List<ReplyItem.Call> calls)
    {
        if (calls.Count == 0)
        {
            return;
        }

        json.WriteStartArray("tool_calls");
        foreach (var call in calls)
        {
            json.WriteStartObject();
            json.WriteString("id", call.CallId);
            json.WriteString("type", "function");
            json.WriteStartObject("function");
            json.WriteString("name", call.Name);
            json.WriteString("arguments", call.Arguments);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string FinishReason(Reply reply) =>
        reply.Truncated ? "length" : reply.Items.Any(static item => item is ReplyItem.Call) ? "tool_calls" : "stop";

    private static void Open(Utf8JsonWriter json, Reply reply, string @object)
    {
        json.WriteStartObject();
        json.WriteString("id", reply.Id);
        json.WriteString("object", @object);
        json.WriteNumber("created", reply.CreatedAt);
        json.WriteString("model", reply.Prompt.Model);
        json.WriteString("service_tier", "default");
        json.WriteString("system_fingerprint", Fingerprint);
    }

    private static void OpenChoice(Utf8JsonWriter json, Reply reply)
    {
        Open(json, reply, "chat.completion.chunk");
        json.WriteStartArray("choices");
        json.WriteStartObject();
        json.WriteNumber("index", 0);
        json.WriteStartObject("delta");
    }

    private static void CloseChoice(Utf8JsonWriter json, Reply reply, string? finishReason)
    {
        json.WriteEndObject();
        json.WriteNull("logprobs");
        json.WriteString("finish_reason", finishReason);
        json.WriteEndObject();
        json.WriteEndArray();
        if (reply.Prompt.IncludeUsage)
        {
            json.WriteNull("usage");
        }

        json.WriteEndObject();
    }

    private static void WriteUsage(Utf8JsonWriter json, TokenUsage usage)
    {
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", usage.Input);
        json.WriteNumber("completion_tokens", usage.Output);
        json.WriteNumber("total_tokens", usage.Total);
        json.WriteStartObject("prompt_tokens_details");
        json.WriteNumber("cached_tokens", usage.Cached);
        json.WriteNumber("audio_tokens", 0);
        json.WriteEndObject();
        json.WriteStartObject("completion_tokens_details");
        json.WriteNumber("reasoning_tokens", 0);
        json.WriteNumber("audio_tokens", 0);
        json.WriteNumber("accepted_prediction_tokens", 0);
        json.WriteNumber("rejected_prediction_tokens", 0);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
