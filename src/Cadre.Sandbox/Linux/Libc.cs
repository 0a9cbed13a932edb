using System.Runtime.InteropServices;

namespace Cadre.Sandbox.Linux;

/// <summary>The calls of the C library and the kernel that .NET has no face for. Every failure is an errno, read at once.</summary>
internal static unsafe partial class Libc
{
    public const int SigKill = 9;
    public const int SigStop = 19;
    public const short PollIn = 1;
    public const int EIntr = 4;
    public const int EAgain = 11;

    public const int FDupFdCloExec = 1030;
    public const int OPath = 0x200000;
    public const int OCloExec = 0x80000;
    public const int ODirectory = 0x10000;
    public const int ONoFollow = 0x20000;

    [StructLayout(LayoutKind.Sequential)]
    public struct PollFd
    {
        public int Fd;
        public short Events;
        public short Revents;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct RLimit
    {
        public ulong Soft;
        public ulong Hard;
    }

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    public static partial int Pipe2(int* fds, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int fd);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int fd, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int fd, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    public static partial long Seek(int fd, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Fcntl(int fd, int command, int argument);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MemFdCreate(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollFd* fds, ulong count, int timeoutMilliseconds);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    public static partial int WaitPid(int pid, out int status, int options);

    [LibraryImport("libc", EntryPoint = "getuid")]
    public static partial uint GetUid();

    [LibraryImport("libc", EntryPoint = "getgid")]
    public static partial uint GetGid();

    [LibraryImport("libc", EntryPoint = "prlimit", SetLastError = true)]
    public static partial int PrLimit(int pid, int resource, RLimit* limit, RLimit* previous);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    public static partial int PrCtl(int option, ulong second, ulong third, ulong fourth, ulong fifth);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    public static partial int FLock(int fd, int operation);

    [LibraryImport("libc", EntryPoint = "capset", SetLastError = true)]
    public static partial int CapSet(void* header, uint* data);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    public static partial long Syscall(long number, nint first, nint second, nint third, nint fourth);

    public static int PidFdOpen(int pid) => (int)Syscall(434, pid, 0, 0, 0);

    public static void PidFdKill(int pidFd) => Syscall(424, pidFd, SigKill, 0, 0);

    /// <summary>Nice 10, for a process and what it will start.</summary>
    public static void LowerPriority(int pid)
    {
        const int process = 0, low = 10;
        _ = SetPriority(process, pid, low);
    }

    public static bool IsExecutable(string path)
    {
        const int execute = 1;
        return Access(path, execute) == 0;
    }

    /// <summary>The path without links; null when it does not exist.</summary>
    public static string? RealPath(string path)
    {
        var found = RealPath(path, 0);
        if (found == 0) return null;
        var real = Marshal.PtrToStringUTF8(found);
        NativeMemory.Free((void*)found);
        return real;
    }

    /// <summary>Whether there is something to read, the end included, or the process has ended.</summary>
    public static bool IsReadable(int fd) => WaitAny(fd, fd, TimeSpan.Zero);

    public static bool WaitAny(int first, int second, TimeSpan timeout)
    {
        var polls = stackalloc PollFd[] { new() { Fd = first, Events = PollIn }, new() { Fd = second, Events = PollIn } };
        return Poll(polls, 2, (int)timeout.TotalMilliseconds) > 0;
    }

    /// <summary>128 + signal for a process that a signal ended, as a shell says it.</summary>
    public static int ExitCode(int waitStatus) =>
        (waitStatus & 0x7f) == 0 ? (waitStatus >> 8) & 0xff : 128 + (waitStatus & 0x7f);

    [LibraryImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    private static partial int SetPriority(int which, int who, int priority);

    [LibraryImport("libc", EntryPoint = "access", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);

    [LibraryImport("libc", EntryPoint = "realpath", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint RealPath(string path, nint resolved);

    public static IOException LastError(string what) =>
        new($"{what}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
}
