using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cadre.Tools.Workspaces;

/// <summary>The system calls by which the workspace is touched: all relative to an open directory, none of them able to leave it.</summary>
internal static partial class LinuxFiles
{
    public const int ReadOnly = 0;
    public const int WriteOnly = 1;
    public const int Create = 0x40;
    public const int Exclusive = 0x80;
    public const int NonBlocking = 0x800;
    public const int CloseOnExec = 0x80000;
    public const int PathOnly = 0x200000;

    /// <summary>Nothing outside the starting directory, and no /proc-style links that jump anywhere.</summary>
    public const ulong Beneath = 0x08 | 0x02;
    public const ulong NoLinks = 0x04;

    private const long OpenAt2Number = 437;
    private const int EmptyPath = 0x1000;
    private const int BasicStats = 0x7ff;
    private const int LinkNoFollow = 0x100;

    // The two flags whose value depends on the processor.
    public static readonly int DirectoryOnly = IsArm ? 0x4000 : 0x10000;
    public static readonly int NoFollow = IsArm ? 0x8000 : 0x20000;

    private static bool IsArm => RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm;

    /// <summary>An invalid handle on failure; then <paramref name="errno"/> says why.</summary>
    public static unsafe SafeFileHandle OpenAt2(SafeFileHandle directory, string path, int flags, ulong resolve, int mode, out int errno)
    {
        var how = new OpenHow { Flags = (uint)(flags | CloseOnExec), Mode = (ulong)mode, Resolve = resolve };
        for (var attempt = 0; ; attempt++)
        {
            var fd = Syscall(OpenAt2Number, directory, path, &how, (nint)sizeof(OpenHow));
            errno = fd < 0 ? Marshal.GetLastPInvokeError() : 0;

            // EAGAIN: something was renamed while the kernel resolved a link; the answer would not have been safe.
            if (errno is Errno.Interrupted || (errno is Errno.Again && attempt < 32)) continue;
            return new SafeFileHandle(fd, ownsHandle: fd >= 0);
        }
    }

    public static unsafe int Stat(SafeFileHandle file, out FileStat stat)
    {
        StatX raw;
        stat = default;
        if (StatXCall(file, "", EmptyPath, BasicStats, &raw) != 0) return Marshal.GetLastPInvokeError();
        stat = FileStat.From(raw);
        return 0;
    }

    /// <summary>Of the entry itself: a link is not followed.</summary>
    public static unsafe int StatEntry(SafeFileHandle directory, string name, out FileStat stat)
    {
        StatX raw;
        stat = default;
        if (StatXCall(directory, name, LinkNoFollow, BasicStats, &raw) != 0) return Marshal.GetLastPInvokeError();
        stat = FileStat.From(raw);
        return 0;
    }

    public static int MakeDirectory(SafeFileHandle parent, string name) => MkdirAt(parent, name, 0x1ff) == 0 ? 0 : Marshal.GetLastPInvokeError();

    public static int Rename(SafeFileHandle from, string oldName, SafeFileHandle to, string newName) =>
        RenameAt(from, oldName, to, newName) == 0 ? 0 : Marshal.GetLastPInvokeError();

    public static int Unlink(SafeFileHandle parent, string name) => UnlinkAt(parent, name, 0) == 0 ? 0 : Marshal.GetLastPInvokeError();

    public static int SetMode(SafeFileHandle file, int mode) => FChMod(file, mode) == 0 ? 0 : Marshal.GetLastPInvokeError();

    public static int SetOwner(SafeFileHandle file, uint user, uint group) => FChOwn(file, user, group) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>By the system call itself: .NET's own flush hides its errors.</summary>
    public static int Sync(SafeFileHandle file) => FSync(file) == 0 ? 0 : Marshal.GetLastPInvokeError();

    public static unsafe int SetAttribute(SafeFileHandle file, string name, ReadOnlySpan<byte> value)
    {
        fixed (byte* bytes = value)
            return FSetXAttr(file, name, bytes, value.Length, 0) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <summary>The length of the attribute, or -1 when there is none that fits.</summary>
    public static unsafe int GetAttribute(SafeFileHandle file, string name, Span<byte> value)
    {
        fixed (byte* bytes = value) return (int)FGetXAttr(file, name, bytes, value.Length);
    }

    /// <summary>Raw directory entries; 0 at the end, -1 on failure.</summary>
    public static unsafe int ReadDirectory(SafeFileHandle directory, Span<byte> buffer)
    {
        fixed (byte* bytes = buffer) return (int)GetDEnts64(directory, bytes, buffer.Length);
    }

    /// <summary>Where a link in <paramref name="directory"/> leads, as it is written; null when it cannot be read.</summary>
    public static unsafe string? ReadLink(SafeFileHandle directory, string name)
    {
        var buffer = stackalloc byte[4096];
        var length = ReadLinkAt(directory, name, buffer, 4096);
        return length < 0 ? null : System.Text.Encoding.UTF8.GetString(buffer, (int)length);
    }

    /// <summary>The name the kernel has for an open file now; null without /proc.</summary>
    public static unsafe string? NameOf(SafeFileHandle file)
    {
        var buffer = stackalloc byte[4096];
        var length = ReadLinkPath($"/proc/self/fd/{file.DangerousGetHandle()}", buffer, 4096);
        return length < 0 ? null : System.Text.Encoding.UTF8.GetString(buffer, (int)length);
    }

    public static string Describe(int errno) => Marshal.GetPInvokeErrorMessage(errno);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial nint Syscall(long number, SafeFileHandle directory, string path, OpenHow* how, nint size);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int StatXCall(SafeFileHandle directory, string path, int flags, uint mask, StatX* result);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MkdirAt(SafeFileHandle directory, string name, int mode);

    [LibraryImport("libc", EntryPoint = "renameat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameAt(SafeFileHandle from, string oldName, SafeFileHandle to, string newName);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnlinkAt(SafeFileHandle directory, string name, int flags);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    private static partial int FChMod(SafeFileHandle file, int mode);

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    private static partial int FChOwn(SafeFileHandle file, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fsetxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int FSetXAttr(SafeFileHandle file, string name, byte* value, nint size, int flags);

    [LibraryImport("libc", EntryPoint = "fgetxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial nint FGetXAttr(SafeFileHandle file, string name, byte* value, nint size);

    [LibraryImport("libc", EntryPoint = "getdents64", SetLastError = true)]
    private static unsafe partial nint GetDEnts64(SafeFileHandle directory, byte* buffer, nint size);

    [LibraryImport("libc", EntryPoint = "readlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial nint ReadLinkAt(SafeFileHandle directory, string name, byte* buffer, nint size);

    [LibraryImport("libc", EntryPoint = "readlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial nint ReadLinkPath(string path, byte* buffer, nint size);

    [StructLayout(LayoutKind.Sequential)]
    private struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }
}
