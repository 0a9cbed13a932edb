using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cadre.Tools.Files;

/// <summary>Opens files that a stranger prepared: a pipe in the place of a file would otherwise keep its reader waiting for ever.</summary>
internal static partial class RegularFile
{
    // Linux, all processors. Non-blocking changes nothing for a regular file.
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;

    /// <summary>Throws <see cref="IOException"/> when the path is not a regular file or cannot be opened.</summary>
    public static FileStream OpenRead(string path)
    {
        if (!OperatingSystem.IsLinux()) return new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        var descriptor = open(path, NonBlocking | CloseOnExec);
        if (descriptor < 0) throw new IOException($"'{path}' cannot be opened (errno {Marshal.GetLastPInvokeError()}).");
        var stream = new FileStream(new SafeFileHandle(descriptor, ownsHandle: true), FileAccess.Read);
        if (stream.CanSeek) return stream;
        stream.Dispose();
        throw new IOException($"'{path}' is not a regular file.");
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);
}
