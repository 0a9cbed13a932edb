using System.Numerics;
using System.Text;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;
using Cadre.Storage.Durable;

namespace Cadre.Storage.Jsonl;

/// <summary>
/// What is known of a run that is appended to: how many events it has, and the lines that are durable in the log but not yet in its file.
/// <see cref="Version"/> and <see cref="Length"/> belong to the committing thread, the file to the checkpointer.
/// </summary>
internal sealed class RunFile(RunId id, string path)
{
    private const int Forgotten = -1;
    private const int SmallestBuffer = 512;

    /// <summary>Bytes of a buffer that is kept while the file is open; there are two.</summary>
    private const int KeptBuffer = 16 << 10;

    private readonly Lock _gate = new();
    private int _users;
    private bool _loaded;
    private byte[] _pending = [];
    private int _pendingLength;
    private byte[] _writing = [];
    private int _writingLength;
    private long _written;
    private DurableFile? _file;

    public RunId Id { get; } = id;
    public string Path { get; } = path;
    public byte[] IdBytes { get; } = Encoding.ASCII.GetBytes(id.ToString());
    public uint IdCrc { get; } = Crc32C.Append(Crc32C.Start, Encoding.ASCII.GetBytes(id.ToString()));

    /// <summary>Events, those of the batch being committed included.</summary>
    public long Version { get; set; }

    /// <summary>Bytes the file will have when all is written.</summary>
    public long Length { get; set; }

    /// <summary>Its file is to be synced before the log may forget its lines. The checkpointer's.</summary>
    public bool IsUnsynced { get; set; }

    /// <summary>Its file was created and its name is not durable yet. The checkpointer's.</summary>
    public bool IsNew { get; set; }

    public bool IsOpen => _file is not null;

    /// <summary>False: the object was forgotten; ask for another.</summary>
    public bool TryEnter()
    {
        while (Volatile.Read(ref _users) is var users and >= 0)
        {
            if (Interlocked.CompareExchange(ref _users, users + 1, users) == users) return true;
        }

        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _users);

    /// <summary>Only while nobody uses it and all of it is in the file.</summary>
    public bool TryForget()
    {
        if (Interlocked.CompareExchange(ref _users, Forgotten, 0) != 0) return false;
        lock (_gate)
        {
            if (_pendingLength == 0 && _writingLength == 0 && !IsUnsynced && _file is null) return true;
        }

        Interlocked.Exchange(ref _users, 0);
        return false;
    }

    /// <summary>Reads the file to its end, once; a torn last line is cut, durably, before anything is appended.</summary>
    public void Load(IDisk disk, int lineLimit)
    {
        lock (_gate)
        {
            if (_loaded) return;
            if (File.Exists(Path))
            {
                var end = RunFileCheck.Read(Id, IdCrc, Path, lineLimit);
                if (end.Damage is { } damage) throw new JournalDamagedException(Id, end.Events, damage);
                if (end.Length != end.FileLength || end.LacksNewline) Repair(disk, end);
                Version = end.Events;
                _written = Length = end.Length + (end.LacksNewline ? 1 : 0);
            }

            _loaded = true;
        }
    }

    /// <summary>Takes lines that are durable in the log. True when there were none waiting.</summary>
    public bool AddPending(ReadOnlySpan<byte> lines)
    {
        lock (_gate)
        {
            var first = _pendingLength == 0;
            if (_pending.Length - _pendingLength < lines.Length)
            {
                var larger = new byte[(int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(_pendingLength + lines.Length, SmallestBuffer))];
                _pending.AsSpan(0, _pendingLength).CopyTo(larger);
                _pending = larger;
            }

            lines.CopyTo(_pending.AsSpan(_pendingLength));
            _pendingLength += lines.Length;
            return first;
        }
    }

    /// <summary>Writes the waiting lines to the file; meanwhile others may come. When that fails they stay, for readers, and in the log.</summary>
    public void Flush(IDisk disk)
    {
        lock (_gate)
        {
            if (_pendingLength == 0) return;
            (_pending, _writing) = (_writing, _pending);
            (_pendingLength, _writingLength) = (0, _pendingLength);
        }

        if (_file is null)
        {
            IsNew |= !File.Exists(Path);
            _file = DurableFile.Open(disk, Path);
        }

        _file.Write(_writing.AsSpan(0, _writingLength), _written);
        IsUnsynced = true;
        lock (_gate)
        {
            _written += _writingLength;
            _writingLength = 0;
            if (_writing.Length > KeptBuffer) _writing = [];
        }
    }

    public void Sync(IDisk disk)
    {
        var wasOpen = IsOpen;
        _file ??= DurableFile.Open(disk, Path);
        _file.Sync();
        IsUnsynced = false;
        if (!wasOpen) Close();
    }

    public void Close()
    {
        lock (_gate)
        {
            _file?.Dispose();
            _file = null;
            if (_writingLength == 0) _writing = [];
            if (_pendingLength == 0) _pending = [];
        }
    }

    /// <summary>What a reader may see: so many bytes of the file, then these lines.</summary>
    public (long Written, byte[] Pending)? Snapshot()
    {
        lock (_gate) return _loaded ? (_written, [.. _writing.AsSpan(0, _writingLength), .. _pending.AsSpan(0, _pendingLength)]) : null;
    }

    private void Repair(IDisk disk, RunFileEnd end)
    {
        using var file = DurableFile.Open(disk, Path);
        if (end.LacksNewline) file.Write("\n"u8, end.Length);
        else file.Truncate(end.Length);
        file.Sync();
    }
}
