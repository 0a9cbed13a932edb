using System.Buffers;
using System.Collections.Concurrent;
using Cadre.Engine.Ports;
using Cadre.Storage.Durable;

namespace Cadre.Guard.Audit;

/// <summary>One entry on its way to the log, written out by the thread that reports it; number and mac come with the batch.</summary>
internal sealed class AuditWrite : CommitEntry<bool>
{
    private const int PooledWrites = 256;
    private const int PooledBytes = 16 << 10;

    /// <summary>Number, mac and punctuation.</summary>
    private const int SealBytes = 128;

    private static readonly ConcurrentQueue<AuditWrite> Pool = new();
    private ArrayBufferWriter<byte> _body = new(1024);

    private AuditWrite() { }

    public ReadOnlySpan<byte> Body => _body.WrittenSpan;

    public static AuditWrite Create(AuditEntry entry)
    {
        if (!Pool.TryDequeue(out var write)) write = new();
        write._body.ResetWrittenCount();
        AuditLine.WriteBody(entry, write._body);
        write.Size = write._body.WrittenCount + SealBytes;
        return write;
    }

    protected override void Release()
    {
        if (_body.Capacity > PooledBytes) _body = new(1024);
        if (Pool.Count < PooledWrites) Pool.Enqueue(this);
    }
}
