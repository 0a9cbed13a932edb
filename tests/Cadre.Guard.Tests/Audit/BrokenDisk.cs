using Cadre.Storage.Durable;
using Microsoft.Win32.SafeHandles;

namespace Cadre.Guard.Tests.Audit;

/// <summary>The real disk; while it is broken, writes end half-way for want of room.</summary>
internal sealed class BrokenDisk : IDisk
{
    private const int NoSpace = 28;

    public bool IsBroken { get; set; }

    public SafeFileHandle Open(string path) => PosixDisk.Instance.Open(path);

    public void Write(SafeFileHandle file, string path, ReadOnlySpan<byte> bytes, long offset)
    {
        PosixDisk.Instance.Write(file, path, IsBroken ? bytes[..(bytes.Length / 2)] : bytes, offset);
        if (IsBroken) throw new IOException($"Cannot write {path}: No space left on device.", NoSpace);
    }

    public void Reserve(SafeFileHandle file, string path, long length) => PosixDisk.Instance.Reserve(file, path, length);

    public void Truncate(SafeFileHandle file, string path, long length) => PosixDisk.Instance.Truncate(file, path, length);

    public void Sync(SafeFileHandle file, string path) => PosixDisk.Instance.Sync(file, path);

    public void Rename(string from, string to) => PosixDisk.Instance.Rename(from, to);

    public void SyncDirectory(string path) => PosixDisk.Instance.SyncDirectory(path);
}
