using SQLitePCL;

namespace Cadre.Storage.Sqlite;

/// <summary>What SQLite answered instead of doing it.</summary>
/// <param name="code">Its extended result code.</param>
internal sealed class SqliteFailedException(int code, string message) : IOException(message)
{
    /// <summary>IOERR_SHMSIZE: no room for the index of the write-ahead log.</summary>
    private const int NoRoomForIndex = raw.SQLITE_IOERR | 19 << 8;

    public int Code => code;

    /// <summary>The file is not what it should be: nothing in it can be relied on.</summary>
    public bool IsDamage => Primary is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB;

    /// <summary>It did not happen, for want of room or memory, or because somebody else was in the way; the next one may.</summary>
    public bool MayPass => code == NoRoomForIndex
        || Primary is raw.SQLITE_FULL or raw.SQLITE_NOMEM or raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_CONSTRAINT or raw.SQLITE_TOOBIG;

    private int Primary => code & 0xff;
}
