using System.Collections.Immutable;
using System.Text;
using Cadre.Server.Responses.Items;
using Cadre.Server.Threads;

namespace Cadre.Server.Responses.Streaming;

/// <summary>Tells one message after the other: its beginning, its text as it comes, its end.</summary>
internal sealed class MessageNarrator(EventBuffer events)
{
    private readonly StringBuilder _text = new();
    private string? _id;
    private int _index;

    public bool IsOpen => _id is not null;

    public void Open(string id, int index)
    {
        (_id, _index) = (id, index);
        events.Begin("response.output_item.added");
        events.Json.WriteNumber("output_index"u8, index);
        events.Json.WritePropertyName("item"u8);
        ItemWriter.WriteEmptyMessage(events.Json, id);
        events.End();
        TellPart("response.content_part.added", "", []);
    }

    public void Add(string delta)
    {
        _text.Append(delta);
        BeginPart("response.output_text.delta");
        events.Json.WriteString("delta"u8, delta);
        WriteNoLogprobs();
        events.End();
    }

    public void Finish(ImmutableArray<Annotation> annotations, string status)
    {
        if (_id is null) return;
        var text = _text.ToString();
        for (var i = 0; i < annotations.Length; i++)
        {
            BeginPart("response.output_text.annotation.added");
            events.Json.WriteNumber("annotation_index"u8, i);
            events.Json.WritePropertyName("annotation"u8);
            ContentParts.Write(events.Json, annotations[i]);
            events.End();
        }

        BeginPart("response.output_text.done");
        events.Json.WriteString("text"u8, text);
        WriteNoLogprobs();
        events.End();
        TellPart("response.content_part.done", text, annotations);
        events.Begin("response.output_item.done");
        var json = events.Json;
        json.WriteNumber("output_index"u8, _index);
        json.WriteStartObject("item"u8);
        ItemWriter.WriteHead(json, _id, "message"u8, status);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteStartArray("content"u8);
        ContentParts.WriteOutput(json, text, annotations);
        json.WriteEndArray();
        json.WriteEndObject();
        events.End();
        _id = null;
        _text.Clear();
    }

    /// <summary>What was said does not hold, or nothing follows: the message stays as it is, and is incomplete.</summary>
    public void Break() => Finish([], ItemWriter.IncompleteStatus);

    private void TellPart(string type, string text, ImmutableArray<Annotation> annotations)
    {
        BeginPart(type);
        events.Json.WritePropertyName("part"u8);
        ContentParts.WriteOutput(events.Json, text, annotations);
        events.End();
    }

    private void BeginPart(string type)
    {
        events.Begin(type);
        events.Json.WriteString("item_id"u8, _id);
        events.Json.WriteNumber("output_index"u8, _index);
        events.Json.WriteNumber("content_index"u8, 0);
    }

    private void WriteNoLogprobs()
    {
        events.Json.WriteStartArray("logprobs"u8);
        events.Json.WriteEndArray();
    }
}
