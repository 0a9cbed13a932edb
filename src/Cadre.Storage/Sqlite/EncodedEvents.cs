using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cadre.Engine.Runs;
using Cadre.Storage.Jsonl;

namespace Cadre.Storage.Sqlite;

/// <summary>The JSON of some values, made by the thread that appends them, in one buffer.</summary>
internal sealed class EncodedEvents : IBufferWriter<byte>, IDisposable
{
    private const int FirstBytes = 1024;
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstBytes);
    private int _length;
    private int[] _ends = new int[4];

    public int Count { get; private set; }

    public int Bytes => _length;

    public ReadOnlySpan<byte> this[int index] => _buffer.AsSpan((index == 0 ? 0 : _ends[index - 1]).._ends[index]);

    /// <exception cref="ArgumentException">The event is longer than the limit.</exception>
    public void Add(RunEvent @event, int limit)
    {
        var form = EventForm.Of(@event);
        form.Opening.CopyTo(((IBufferWriter<byte>)this).GetSpan(form.Opening.Length));
        var start = _length;
        _length += form.Opening.Length;
        var body = _length;
        var writer = Writer();
        JsonSerializer.Serialize(writer, @event, form.Body);
        writer.Flush();
        _buffer[body] = (byte)',';
        End(start, limit);
    }

    /// <exception cref="ArgumentException">The value is longer than the limit.</exception>
    public void Add<T>(T value, JsonTypeInfo<T> form, int limit)
    {
        var start = _length;
        var writer = Writer();
        JsonSerializer.Serialize(writer, value, form);
        writer.Flush();
        End(start, limit);
    }

    /// <summary>Gives the buffer back.</summary>
    public void Dispose()
    {
        if (_buffer.Length > 0) ArrayPool<byte>.Shared.Return(_buffer);
        (_buffer, _length, Count) = ([], 0, 0);
    }

    void IBufferWriter<byte>.Advance(int count) => _length += count;

    Memory<byte> IBufferWriter<byte>.GetMemory(int sizeHint)
    {
        EnsureRoom(sizeHint);
        return _buffer.AsMemory(_length);
    }

    Span<byte> IBufferWriter<byte>.GetSpan(int sizeHint)
    {
        EnsureRoom(sizeHint);
        return _buffer.AsSpan(_length);
    }

    private Utf8JsonWriter Writer()
    {
        var writer = _writer ??= new Utf8JsonWriter(Stream.Null, Json);
        writer.Reset(this);
        return writer;
    }

    private void End(int start, int limit)
    {
        if (_length - start > limit) throw new ArgumentException($"An event of {_length - start} bytes is longer than the store's limit of {limit}.");
        if (Count == _ends.Length) Array.Resize(ref _ends, Count * 2);
        _ends[Count++] = _length;
    }

    private void EnsureRoom(int count)
    {
        if (_buffer.Length - _length >= Math.Max(count, 1)) return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, checked(_length + Math.Max(count, 1))));
        _buffer.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
