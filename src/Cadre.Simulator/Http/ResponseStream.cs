using System.Text.Json;
using Cadre.Simulator.Answers;

namespace Cadre.Simulator.Http;

/// <summary>The events of a streamed response. <c>sequence_number</c> counts from 0 without gaps.</summary>
internal sealed class ResponseStream(EventStream stream, Reply reply)
{
    private int _sequence;
    private int _finished;

    public async Task WriteAsync()
    {
        await LifecycleAsync("response.created", "in_progress");
        await LifecycleAsync("response.in_progress", "in_progress");
        for (var index = 0; index < reply.Items.Count; index++)
        {
            await ItemAsync(reply.Items[index], index);
            _finished++;
        }

        await (reply.Truncated
            ? LifecycleAsync("response.incomplete", "incomplete")
            : LifecycleAsync("response.completed", "completed"));
        await stream.FlushAsync();
    }

    public async Task FailAsync(string message)
    {
        await LifecycleAsync("response.failed", "failed", message);
        await stream.FlushAsync();
    }

    private async Task LifecycleAsync(string name, string status, string? error = null)
    {
        var json = Open(name);
        json.WritePropertyName("response");
        ResponseWriter.Write(json, reply, status, _finished, error);
        await CloseAsync(json);
    }

    private async Task ItemAsync(ReplyItem item, int index)
    {
        var added = Open("response.output_item.added");
        added.WriteNumber("output_index", index);
        added.WritePropertyName("item");
        ResponseWriter.WriteItem(added, item, done: false);
        await CloseAsync(added);

        await (item switch
        {
            ReplyItem.Text text => TextAsync(text, index),
            ReplyItem.Call call => ArgumentsAsync(call, index),
            _ => throw new System.Diagnostics.UnreachableException(),
        });

        var done = Open("response.output_item.done");
        done.WriteNumber("output_index", index);
        done.WritePropertyName("item");
        ResponseWriter.WriteItem(done, item, done: true);
        await CloseAsync(done);
    }

    private async Task TextAsync(ReplyItem.Text text, int index)
    {
        await PartAsync("response.content_part.added", text, index, "", []);
        for (var at = 0; at < text.Said.Length;)
        {
            var end = Chunks.Next(text.Said, at, reply.Answer.ChunkSize);
            var delta = OpenContent("response.output_text.delta", text, index);
            delta.WriteString("delta", text.Said.AsSpan(at, end - at));
            WriteNoLogprobs(delta);
            await CloseAsync(delta, isChunk: true);
            at = end;
        }

        for (var i = 0; i < text.Citations.Count; i++)
        {
            var annotation = OpenContent("response.output_text.annotation.added", text, index);
            annotation.WriteNumber("annotation_index", i);
            annotation.WritePropertyName("annotation");
            ResponseWriter.WriteCitation(annotation, text.Citations[i]);
            await CloseAsync(annotation);
        }

        var done = OpenContent("response.output_text.done", text, index);
        done.WriteString("text", text.Said);
        WriteNoLogprobs(done);
        await CloseAsync(done);
        await PartAsync("response.content_part.done", text, index, text.Said, text.Citations);
    }

    private async Task PartAsync(string name, ReplyItem.Text item, int index, string text, IReadOnlyList<Citation> citations)
    {
        var json = OpenContent(name, item, index);
        json.WritePropertyName("part");
        ResponseWriter.WritePart(json, text, citations);
        await CloseAsync(json);
    }

    private async Task ArgumentsAsync(ReplyItem.Call call, int index)
    {
        for (var at = 0; at < call.Arguments.Length;)
        {
            var end = Chunks.Next(call.Arguments, at, reply.Answer.ChunkSize);
            var delta = Open("response.function_call_arguments.delta");
            delta.WriteString("item_id", call.Id);
            delta.WriteNumber("output_index", index);
            delta.WriteString("delta", call.Arguments.AsSpan(at, end - at));
            await CloseAsync(delta, isChunk: true);
            at = end;
        }

        var done = Open("response.function_call_arguments.done");
        done.WriteString("item_id", call.Id);
        done.WriteString("name", call.Name);
        done.WriteNumber("output_index", index);
        done.WriteString("arguments", call.Arguments);
        await CloseAsync(done);
    }

    private Utf8JsonWriter Open(string name)
    {
        var json = stream.Begin(name);
        json.WriteStartObject();
        json.WriteString("type", name);
        json.WriteNumber("sequence_number", _sequence++);
        return json;
    }

    private Utf8JsonWriter OpenContent(string name, ReplyItem.Text text, int index)
    {
        var json = Open(name);
        json.WriteString("item_id", text.Id);
        json.WriteNumber("output_index", index);
        json.WriteNumber("content_index", 0);
        return json;
    }

    private async ValueTask CloseAsync(Utf8JsonWriter json, bool isChunk = false)
    {
        json.WriteEndObject();
        await stream.EndAsync(isChunk);
    }

    private static void WriteNoLogprobs(Utf8JsonWriter json)
    {
        json.WriteStartArray("logprobs");
        json.WriteEndArray();
    }
}
