namespace Cadre.Storage.Jsonl;

/// <summary>
/// The lines of all runs of a batch, made durable with one sync. Two segments take turns: while one fills, the run files of the other are synced.
/// Guarded by <see cref="Gate"/>, which the committing thread holds during a batch and the checkpointer while it turns an idle log over.
/// </summary>
internal sealed class WriteAheadLog : IDisposable
{
    private const int BufferBytes = 1 << 20;
    private readonly JsonlOptions _options;
    private readonly WalSegment[] _segments;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferBytes, pinned: true);
    private int _active;
    private int _buffered;
    private bool _otherIsFree = true;

    public WriteAheadLog(string directory, JsonlOptions options)
    {
        _options = options;
        _segments = [.. WalSegment.Names.Select(name => new WalSegment(options.Disk, Path.Combine(directory, name)))];
    }

    public object Gate { get; } = new();

    public Exception? Failure { get; private set; }

    private WalSegment Active => _segments[_active];

    /// <summary>Before a batch. Returns the segment that is full and must be checkpointed, if it is time to change.</summary>
    public WalSegment? Prepare(long bytes)
    {
        WalSegment? full = null;
        if (!Active.IsEmpty && Active.Position + bytes > _options.SegmentBytes)
        {
            while (!_otherIsFree && Failure is null) Monitor.Wait(Gate);
            if (Failure is not null) throw Failure;
            full = TurnOver();
        }

        Active.Prepare(bytes, _options.SegmentBytes);
        return full;
    }

    /// <summary>For the checkpointer when nothing has happened for a while; null when there is nothing to do.</summary>
    public WalSegment? TurnOverIdle() => Active.IsEmpty || !_otherIsFree ? null : TurnOver();

    public void Add(AppendEntry entry, long fileOffset)
    {
        if (_buffer.Length - _buffered < entry.Size) WriteOut();
        Span<byte> header = stackalloc byte[WalRecord.HeaderLength];
        Active.Record(entry, fileOffset).Write(header);
        if (_buffer.Length - _buffered >= entry.Size)
        {
            header.CopyTo(_buffer.AsSpan(_buffered));
            entry.Payload.CopyTo(_buffer.AsSpan(_buffered + header.Length));
            _buffered += entry.Size;
        }
        else
        {
            Active.Write(header);
            Active.Write(entry.Payload);
        }
    }

    public void Commit()
    {
        WriteOut();
        Active.Sync();
    }

    /// <summary>The segment was checkpointed and cleared.</summary>
    public void Free()
    {
        lock (Gate)
        {
            _otherIsFree = true;
            Monitor.PulseAll(Gate);
        }
    }

    /// <summary>No segment will become free any more.</summary>
    public void Fail(Exception failure)
    {
        lock (Gate)
        {
            Failure ??= failure;
            Monitor.PulseAll(Gate);
        }
    }

    /// <summary>After the last checkpoint there is nothing in the log: removes its files.</summary>
    public void Delete(string directory)
    {
        Dispose();
        foreach (var name in WalSegment.Names) File.Delete(Path.Combine(directory, name));
        _options.Disk.SyncDirectory(directory);
    }

    public void Dispose()
    {
        foreach (var segment in _segments) segment.Dispose();
    }

    private WalSegment TurnOver()
    {
        var full = Active;
        _active = 1 - _active;
        _otherIsFree = false;
        return full;
    }

    private void WriteOut()
    {
        if (_buffered == 0) return;
        Active.Write(_buffer.AsSpan(0, _buffered));
        _buffered = 0;
    }
}
