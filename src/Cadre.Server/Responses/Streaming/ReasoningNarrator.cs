using System.Text;
using Cadre.Server.Responses.Items;

namespace Cadre.Server.Responses.Streaming;

/// <summary>Tells what a model thinks, as the summary of a reasoning item.</summary>
internal sealed class ReasoningNarrator(EventBuffer events)
{
    private readonly StringBuilder _text = new();
    private string? _id;
    private int _index;

    public bool IsOpen => _id is not null;

    /// <summary>The item that was told in this turn; null when none was.</summary>
    public string? IdOfTurn { get; private set; }

    public void Open(string id, int index)
    {
        (_id, _index, IdOfTurn) = (id, index, id);
        TellItem("response.output_item.added", "");
        TellPart("response.reasoning_summary_part.added", "");
    }

    public void Add(string delta)
    {
        _text.Append(delta);
        BeginPart("response.reasoning_summary_text.delta");
        events.Json.WriteString("delta"u8, delta);
        events.End();
    }

    public void Close()
    {
        if (_id is null) return;
        var text = _text.ToString();
        BeginPart("response.reasoning_summary_text.done");
        events.Json.WriteString("text"u8, text);
        events.End();
        TellPart("response.reasoning_summary_part.done", text);
        TellItem("response.output_item.done", text);
        _id = null;
        _text.Clear();
    }

    /// <summary>Another turn begins.</summary>
    public void Forget() => IdOfTurn = null;

    private void TellItem(string type, string text)
    {
        events.Begin(type);
        var json = events.Json;
        json.WriteNumber("output_index"u8, _index);
        json.WriteStartObject("item"u8);
        json.WriteString("id"u8, _id);
        json.WriteString("type"u8, "reasoning"u8);
        json.WriteStartArray("summary"u8);
        if (text.Length > 0) ReasoningWriter.WriteSummary(json, text);
        json.WriteEndArray();
        json.WriteEndObject();
        events.End();
    }

    private void TellPart(string type, string text)
    {
        BeginPart(type);
        events.Json.WritePropertyName("part"u8);
        ReasoningWriter.WriteSummary(events.Json, text);
        events.End();
    }

    private void BeginPart(string type)
    {
        events.Begin(type);
        events.Json.WriteString("item_id"u8, _id);
        events.Json.WriteNumber("output_index"u8, _index);
        events.Json.WriteNumber("summary_index"u8, 0);
    }
}
