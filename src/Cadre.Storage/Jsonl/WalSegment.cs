using System.Security.Cryptography;
using Cadre.Storage.Durable;

namespace Cadre.Storage.Jsonl;

/// <summary>One of the two files of the write-ahead log. It keeps its length when it is used again: overwriting is what a disk syncs fastest.</summary>
internal sealed class WalSegment(IDisk disk, string path) : IDisposable
{
    private const long FirstReserve = 256 << 10;
    private DurableFile? _file;
    private long _reserved;
    private ulong _epoch;

    public long Position { get; private set; }

    public bool IsEmpty => Position == 0;

    public static string[] Names { get; } = ["journal-0.wal", "journal-1.wal"];

    /// <summary>Makes room, and where the segment is empty begins a new epoch.</summary>
    public void Prepare(long bytes, long usualBytes)
    {
        if (_file is null)
        {
            _file = DurableFile.Open(disk, path);
            disk.SyncDirectory(Path.GetDirectoryName(path)!);
            _reserved = _file.Length;
        }

        if (IsEmpty) _epoch = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        if (Position + bytes <= _reserved) return;
        _reserved = Math.Max(Position + bytes, Math.Min(usualBytes, Math.Max(FirstReserve, _reserved * 2)));
        _file.Reserve(_reserved);
    }

    public WalRecord Record(AppendEntry entry, long fileOffset) =>
        new(_epoch, fileOffset, entry.Payload.Length, entry.PayloadChecksum, entry.Run.IdBytes.Length);

    public void Write(ReadOnlySpan<byte> bytes)
    {
        _file!.Write(bytes, Position);
        Position += bytes.Length;
    }

    public void Sync() => _file!.Sync();

    /// <summary>All it holds is durable in the run files: forgets it, durably.</summary>
    public void Clear(long usualBytes)
    {
        if (_file is null || IsEmpty) return;
        if (_reserved > usualBytes)
        {
            _file.Truncate(usualBytes);
            _reserved = usualBytes;
        }

        _file.Write(stackalloc byte[WalRecord.HeaderLength], 0);
        _file.Sync();
        Position = 0;
    }

    public void Dispose() => _file?.Dispose();
}
