using Cadre.Storage.Durable;
using Microsoft.Win32.SafeHandles;

namespace Cadre.Storage.Tests.Jsonl;

/// <summary>The real disk until told to fail; a failing write leaves half of its bytes, as real ones do.</summary>
internal sealed class FailingDisk : IDisk
{
    private const int InputOutputError = 5;
    private int _operations;

    /// <summary>The write, sync or rename with this number fails, and so do all after it.</summary>
    public int FailsAt { get; set; } = int.MaxValue;

    public bool HasFailed => Volatile.Read(ref _operations) >= FailsAt;

    public SafeFileHandle Open(string path) => PosixDisk.Instance.Open(path);

    public void Write(SafeFileHandle file, string path, ReadOnlySpan<byte> bytes, long offset)
    {
        if (Counts())
        {
            PosixDisk.Instance.Write(file, path, bytes[..(bytes.Length / 2)], offset);
            throw Failure(path);
        }

        PosixDisk.Instance.Write(file, path, bytes, offset);
    }

    public void Reserve(SafeFileHandle file, string path, long length) => PosixDisk.Instance.Reserve(file, path, length);

    public void Truncate(SafeFileHandle file, string path, long length) => PosixDisk.Instance.Truncate(file, path, length);

    public void Sync(SafeFileHandle file, string path)
    {
        if (Counts()) throw Failure(path);
        PosixDisk.Instance.Sync(file, path);
    }

    public void Rename(string from, string to)
    {
        if (Counts()) throw Failure(to);
        PosixDisk.Instance.Rename(from, to);
    }

    public void SyncDirectory(string path)
    {
        if (Counts()) throw Failure(path);
        PosixDisk.Instance.SyncDirectory(path);
    }

    private bool Counts() => Interlocked.Increment(ref _operations) >= FailsAt;

    private static IOException Failure(string path) => new($"Cannot use {path}: Input/output error.", InputOutputError);
}
