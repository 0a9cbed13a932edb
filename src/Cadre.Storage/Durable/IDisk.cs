using Microsoft.Win32.SafeHandles;

namespace Cadre.Storage.Durable;

/// <summary>
/// What durability asks of a disk. Every failure is an <see cref="IOException"/> that names the path and has errno as its HResult. The seam where
/// tests make a disk fail; <see cref="PosixDisk"/> is the real one.
/// </summary>
public interface IDisk
{
    /// <summary>Opens for reading and writing, and creates a file that only its owner may read if there is none.</summary>
    SafeFileHandle Open(string path);

    /// <summary>Writes all of the bytes, or throws after some of them.</summary>
    void Write(SafeFileHandle file, string path, ReadOnlySpan<byte> bytes, long offset);

    /// <summary>Makes sure that room for the file's first bytes is there, and lengthens the file to it; does nothing where the file system cannot.</summary>
    void Reserve(SafeFileHandle file, string path, long length);

    void Truncate(SafeFileHandle file, string path, long length);

    /// <summary>After a failure nobody knows what is on the disk: never call it again and trust the answer.</summary>
    void Sync(SafeFileHandle file, string path);

    void Rename(string from, string to);

    /// <summary>Makes creations, renames and removals in a directory durable.</summary>
    void SyncDirectory(string path);
}
