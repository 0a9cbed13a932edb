using System.Runtime.InteropServices;
using Cadre.Storage.Durable;
using SQLitePCL;

namespace Cadre.Storage.Sqlite;

/// <summary>
/// The write-ahead log beside a database, as far as SQLite leaves it to us: when its pages go into the database, and what becomes of a commit that failed
/// half-way. Its form is SQLite's documented one (sqlite.org/walformat.html). For the writer's thread.
/// </summary>
internal sealed class WalFile : IDisposable
{
    public const string Suffix = "-wal";

    /// <summary>Bytes to which the file is cut when it is begun anew.</summary>
    public const int KeptBytes = 64 << 20;

    private const string IndexSuffix = "-shm";
    private const int HeaderBytes = 32;
    private const int FrameHeaderBytes = 24;

    /// <summary>How often the log may outgrow its checkpoint, because a reader was in the way, before the writer waits for readers to let go of it.</summary>
    private const int Patience = 16;

    private const int FramesOffset = 16;
    private readonly Connection _connection;
    private readonly string _path;

    // Closing it while SQLite has the same file open would drop SQLite's locks on it: it goes last.
    private readonly DurableFile _index;
    private readonly uint _pages;
    private readonly long _frameBytes;
    private uint _next;

    /// <param name="connection">The writer's; it has read something already.</param>
    public WalFile(Connection connection, string database, int checkpointPages)
    {
        (_connection, _path, _pages) = (connection, database + Suffix, (uint)checkpointPages);
        _next = _pages;
        using var pageBytes = connection.Use("PRAGMA page_size");
        pageBytes.Step();
        _frameBytes = FrameHeaderBytes + pageBytes.Integer(0);
        _index = DurableFile.Open(PosixDisk.Instance, database + IndexSuffix);
    }

    /// <summary>Frames that count, by the index that SQLite changes when a commit is durable.</summary>
    private uint Frames
    {
        get
        {
            Span<byte> frames = stackalloc byte[sizeof(uint)];
            return _index.Read(frames, FramesOffset) == frames.Length ? MemoryMarshal.Read<uint>(frames) : 0;
        }
    }

    /// <summary>After a commit.</summary>
    public void CheckpointWhenDue()
    {
        var frames = Frames;
        if (frames < _next) return;
        var mode = frames < _pages * Patience ? raw.SQLITE_CHECKPOINT_PASSIVE : raw.SQLITE_CHECKPOINT_RESTART;
        var code = raw.sqlite3_wal_checkpoint_v2(_connection.Handle, "main", mode, out var all, out var done);
        if (code != raw.SQLITE_OK && _connection.Failure(code) is { MayPass: false } failure) throw failure;
        _next = code == raw.SQLITE_OK && done == all ? _pages : frames + _pages / 4;
    }

    /// <summary>
    /// After a commit that failed: what it left behind the frames that count is cut off. SQLite would write over it, but were the process to die before that,
    /// the next one could find a whole commit there that was refused.
    /// </summary>
    public void CutOff()
    {
        if (!File.Exists(_path)) return;
        using var file = DurableFile.Open(PosixDisk.Instance, _path);
        var length = HeaderBytes + Frames * _frameBytes;
        if (file.Length <= length) return;
        file.Truncate(length);
        file.Sync();
    }

    public void Dispose() => _index.Dispose();
}
