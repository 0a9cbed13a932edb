using System.Buffers;
using System.Text.Json;

namespace Cadre.Server.Responses.Streaming;

/// <summary>Events that have been written and not yet sent: their JSON, one after the other in one buffer, numbered without a gap from 0.</summary>
internal sealed class EventBuffer : IDisposable
{
    private const int InitialBytes = 2_048;

    private readonly ArrayBufferWriter<byte> _bytes = new(InitialBytes);
    private readonly List<(string Type, int Start)> _events = [];
    private int _next;

    public EventBuffer() => Json = new(_bytes);

    public Utf8JsonWriter Json { get; }

    public int Count => _events.Count;

    /// <summary>Of the first event in the buffer.</summary>
    public int FirstNumber => _next - _events.Count;

    public string TypeAt(int index) => _events[index].Type;

    public ReadOnlyMemory<byte> JsonAt(int index)
    {
        var start = _events[index].Start;
        var end = index + 1 < _events.Count ? _events[index + 1].Start : _bytes.WrittenCount;
        return _bytes.WrittenMemory[start..end];
    }

    /// <summary>Begins an event's object; its own members follow, then <see cref="End"/>.</summary>
    public void Begin(string type)
    {
        _events.Add((type, _bytes.WrittenCount));
        Json.WriteStartObject();
        Json.WriteString("type"u8, type);
        Json.WriteNumber("sequence_number"u8, _next++);
    }

    public void End()
    {
        Json.WriteEndObject();
        Json.Flush();
        Json.Reset();
    }

    public void Clear()
    {
        _events.Clear();
        _bytes.ResetWrittenCount();
    }

    public void Dispose() => Json.Dispose();
}
