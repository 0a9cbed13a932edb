using System.Buffers;
using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Text.Encodings.Web;
using System.Text.Json;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;
using Cadre.Storage.Durable;

namespace Cadre.Storage.Jsonl;

/// <summary>
/// One append on its way to the log: the run's id and the finished lines, made by the appender's own thread in a buffer that is used again.
/// </summary>
internal sealed class AppendEntry : CommitEntry<AppendResult>, IBufferWriter<byte>
{
    private const int PooledEntries = 1024;
    private const int PooledEntriesOfThread = 64;
    private const int PooledBytes = 32 << 10;
    private static readonly ConcurrentQueue<AppendEntry> Pool = new();
    private static int _pooled;
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>The one released last is still in the processor's cache when the writer that was just told appends again.</summary>
    [ThreadStatic]
    private static Stack<AppendEntry>? _own;

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    private byte[] _buffer = new byte[1024];
    private int _length;

    private AppendEntry() { }

    public RunFile Run { get; private set; } = null!;
    public long ExpectedVersion { get; private set; }
    public int Count { get; private set; }

    /// <summary>What the log's record carries: the run id, then the lines.</summary>
    public ReadOnlySpan<byte> Payload => _buffer.AsSpan(0, _length);

    public ReadOnlySpan<byte> Lines => Payload[Run.IdBytes.Length..];

    public uint PayloadChecksum { get; private set; }

    /// <exception cref="ArgumentException">An event is longer than the limit.</exception>
    public static AppendEntry Create(RunFile run, long expectedVersion, IReadOnlyList<RunEvent> events, int lineLimit)
    {
        var entry = Take();
        try
        {
            entry.Fill(run, expectedVersion, events, lineLimit);
            return entry;
        }
        catch
        {
            entry.Recycle();
            throw;
        }
    }

    void IBufferWriter<byte>.Advance(int count) => _length += count;

    Memory<byte> IBufferWriter<byte>.GetMemory(int sizeHint)
    {
        EnsureRoom(Math.Max(sizeHint, 1));
        return _buffer.AsMemory(_length);
    }

    Span<byte> IBufferWriter<byte>.GetSpan(int sizeHint)
    {
        EnsureRoom(Math.Max(sizeHint, 1));
        return _buffer.AsSpan(_length);
    }

    protected internal override void Release()
    {
        Run.Leave();
        Recycle();
    }

    private void Recycle()
    {
        Run = null!;
        _length = 0;
        if (_buffer.Length > PooledBytes) _buffer = new byte[1024];
        var own = _own ??= new(PooledEntriesOfThread);
        if (own.Count < PooledEntriesOfThread) own.Push(this);
        else if (Volatile.Read(ref _pooled) < PooledEntries)
        {
            Interlocked.Increment(ref _pooled);
            Pool.Enqueue(this);
        }
    }

    private static AppendEntry Take()
    {
        if (_own is { } own && own.TryPop(out var entry)) return entry;
        if (!Pool.TryDequeue(out entry)) return new();
        Interlocked.Decrement(ref _pooled);
        return entry;
    }

    private void Fill(RunFile run, long expectedVersion, IReadOnlyList<RunEvent> events, int lineLimit)
    {
        Run = run;
        ExpectedVersion = expectedVersion;
        Count = events.Count;
        Write(run.IdBytes);
        for (var i = 0; i < events.Count; i++) WriteLine(expectedVersion + i, events[i], lineLimit);
        PayloadChecksum = Crc32C.Of(Payload);
        Size = _length + WalRecord.HeaderLength;
    }

    private void WriteLine(long sequence, RunEvent @event, int lineLimit)
    {
        var line = _length;
        Write(JournalLine.Beginning);
        EnsureRoom(JournalLine.MaxOverhead);
        Utf8Formatter.TryFormat(sequence, _buffer.AsSpan(_length), out var digits);
        _length += digits;
        Write(JournalLine.BeforeChecksum);
        var checksum = _length;
        _length += JournalLine.ChecksumLength;
        Write(JournalLine.BeforeEvent);

        var start = _length;
        var writer = _writer ??= new Utf8JsonWriter(Stream.Null, Json);
        writer.Reset(this);
        var form = EventForm.Of(@event);
        Write(form.Opening);
        var body = _length;
        JsonSerializer.Serialize(writer, @event, form.Body);
        writer.Flush();
        _buffer[body] = (byte)',';
        var written = _buffer.AsSpan(start, _length - start);
        if (written.Contains((byte)'\n')) throw new InvalidOperationException("An event's JSON has a line break in it.");
        Utf8Formatter.TryFormat(JournalLine.Checksum(Run.IdCrc, sequence, written), _buffer.AsSpan(checksum), out _, new StandardFormat('x', JournalLine.ChecksumLength));
        Write(JournalLine.End);
        if (_length - line > lineLimit) throw new ArgumentException($"An event of {_length - line} bytes is longer than the journal's limit of {lineLimit}.", nameof(@event));
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        EnsureRoom(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    private void EnsureRoom(int count)
    {
        if (_buffer.Length - _length >= count) return;
        Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, checked(_length + count)));
    }
}
