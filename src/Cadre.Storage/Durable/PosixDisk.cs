using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cadre.Storage.Durable;

/// <summary>The real disk, by the C library: .NET 10 hides every error of fsync.</summary>
public sealed class PosixDisk : IDisk
{
    private PosixDisk() { }

    public static PosixDisk Instance { get; } = new();

    public SafeFileHandle Open(string path) => Open(path, Posix.ReadWrite | Posix.Create);

    public unsafe void Write(SafeFileHandle file, string path, ReadOnlySpan<byte> bytes, long offset)
    {
        fixed (byte* start = bytes)
        {
            for (var done = 0; done < bytes.Length;)
            {
                var count = Posix.Write(file, start + done, bytes.Length - done, offset + done);
                if (count > 0) done += (int)count;
                else if (count == 0 || Marshal.GetLastPInvokeError() != Posix.Interrupted) throw Failure("write", path);
            }
        }
    }

    public void Reserve(SafeFileHandle file, string path, long length)
    {
        while (Posix.Allocate(file, 0, 0, length) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error == Posix.NotSupported) return;
            if (error != Posix.Interrupted) throw Failure("reserve room in", path);
        }
    }

    public void Truncate(SafeFileHandle file, string path, long length)
    {
        while (Posix.SetLength(file, length) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Posix.Interrupted) throw Failure("truncate", path);
        }
    }

    public void Sync(SafeFileHandle file, string path)
    {
        // Not even an interrupted one is repeated: the first call may have taken the error report with it.
        if (Posix.SyncData(file) != 0) throw Failure("sync", path);
    }

    public void Rename(string from, string to)
    {
        if (Posix.Rename(from, to) != 0) throw Failure("rename to", to);
    }

    public void SyncDirectory(string path)
    {
        using var directory = Open(path, Posix.ReadOnly);
        if (Posix.Sync(directory) != 0) throw Failure("sync", path);
    }

    internal static IOException Failure(string what, string path)
    {
        var error = Marshal.GetLastPInvokeError();
        return new($"Cannot {what} {path}: {Marshal.GetPInvokeErrorMessage(error)}.", error);
    }

    private static SafeFileHandle Open(string path, int flags)
    {
        int descriptor;
        while ((descriptor = Posix.Open(path, flags | Posix.CloseOnExec, Posix.OwnerOnly)) < 0)
        {
            if (Marshal.GetLastPInvokeError() != Posix.Interrupted) throw Failure("open", path);
        }

        return new(descriptor, ownsHandle: true);
    }
}
