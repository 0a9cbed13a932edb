using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cadre.Tools.Files;

/// <summary>
/// Replaces a small file so that a reader, or a machine that loses power, finds the old content or the new one and nothing between.
/// </summary>
internal static partial class AtomicFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The file is 0600; missing directories are made 0700. Throws <see cref="IOException"/> when the content is not known to be on the disk.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode mode = OwnerOnly)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        CreateDirectory(directory);
        var temporary = Path.Combine(directory, $".{Path.GetFileName(path)}.{Path.GetRandomFileName()}");
        try
        {
            using (var stream = Create(temporary, mode))
            {
                stream.Write(content);
                stream.Flush();
                Synchronise(stream.SafeFileHandle, temporary);
            }

            File.Move(temporary, path, overwrite: true);
            SynchroniseDirectory(directory);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    public static void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, OwnerOnly | UnixFileMode.UserExecute);
    }

    private static FileStream Create(string path, UnixFileMode mode)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = mode;
        return new(path, options);
    }

    private static void Synchronise(SafeFileHandle handle, string path)
    {
        if (OperatingSystem.IsWindows()) return;
        if (fsync(handle) != 0) throw new IOException($"'{path}' could not be written to the disk (errno {Marshal.GetLastPInvokeError()}).");
    }

    private static void SynchroniseDirectory(string directory)
    {
        if (OperatingSystem.IsWindows()) return;
        var descriptor = open(directory, 0);
        if (descriptor < 0) throw new IOException($"'{directory}' could not be opened (errno {Marshal.GetLastPInvokeError()}).");
        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        Synchronise(handle, directory);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(SafeFileHandle descriptor);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint open(string path, int flags);
}
