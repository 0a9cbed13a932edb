using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cadre.Storage.Durable;

/// <summary>The few calls of the C library that .NET does not offer or whose errors it hides. Numbers are Linux's, the same on x64 and arm64.</summary>
internal static partial class Posix
{
    public const int ReadOnly = 0;
    public const int ReadWrite = 2;
    public const int Create = 0x40;
    public const int Truncate = 0x200;
    public const int CloseOnExec = 0x80000;
    public const int OwnerOnly = 0x180; // 0600
    public const int Interrupted = 4;
    public const int TryAgain = 11;
    public const int AccessDenied = 13;
    public const int NotSupported = 95;
    public const int GetFileLock = 36; // F_OFD_GETLK: the lock belongs to the open file, not to the process
    public const int SetFileLock = 37; // F_OFD_SETLK
    public const short WriteLock = 1;
    public const short Unlocked = 2;

    [StructLayout(LayoutKind.Sequential)]
    internal struct FileLock
    {
        public short Type;
        public short Whence;
        public long Start;
        public long Length;
        public int Pid;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "pwrite", SetLastError = true)]
    internal static unsafe partial nint Write(SafeFileHandle file, byte* bytes, nint count, long offset);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    internal static partial int SyncData(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    internal static partial int Sync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    internal static partial int SetLength(SafeFileHandle file, long length);

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    internal static partial int Allocate(SafeFileHandle file, int mode, long offset, long length);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Rename(string from, string to);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    internal static unsafe partial int Control(SafeFileHandle file, int command, FileLock* fileLock);
}
