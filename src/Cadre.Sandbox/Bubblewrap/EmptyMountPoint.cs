using Cadre.Sandbox.Linux;

namespace Cadre.Sandbox.Bubblewrap;

/// <summary>
/// An empty directory at a protected path that does not exist, so that there is something to mount over and the command cannot
/// create it. It stands on the host while any sandbox needs it, is recognised by its time stamp (also after a crash), and
/// goes with the last one. The lock tells who is last: removing it earlier would lift the mounts of the others.
/// </summary>
internal sealed class EmptyMountPoint : IDisposable
{
    private const int LockShared = 1, LockExclusive = 2, LockNonBlocking = 4;
    private const int Attempts = 100;
    private static readonly DateTime Mark = DateTime.UnixEpoch.AddSeconds(1);
    private static readonly Lock Gate = new();

    private readonly string _path;
    private readonly Descriptor _directory;

    private EmptyMountPoint(string path, Descriptor directory) => (_path, _directory) = (path, directory);

    /// <summary>Whether the path is a directory that a sandbox made, here or in another process, now or before a crash.</summary>
    public static bool IsAt(string path)
    {
        var directory = new DirectoryInfo(path);
        return directory is { Exists: true, LinkTarget: null } && directory.LastWriteTimeUtc == Mark && !directory.EnumerateFileSystemInfos().Any();
    }

    /// <exception cref="IOException">Something else stands at the path.</exception>
    public static EmptyMountPoint Take(string path)
    {
        lock (Gate)
        {
            for (var attempt = 0; attempt < Attempts; attempt++)
            {
                if (!Path.Exists(path))
                {
                    Directory.CreateDirectory(path);
                    Directory.SetLastWriteTimeUtc(path, Mark);
                }

                if (Descriptor.OpenDirectory(path) is not { } directory) continue;
                if (Libc.FLock(directory.Number, LockShared) == 0 && !WasRemoved(directory)) return new EmptyMountPoint(path, directory);
                directory.Dispose();
            }
        }

        throw new IOException($"'{path}' cannot be protected.");
    }

    public void Dispose()
    {
        lock (Gate)
        {
            if (Libc.FLock(_directory.Number, LockExclusive | LockNonBlocking) == 0 && IsAt(_path)) Directory.Delete(_path);
            _directory.Dispose();
        }
    }

    private static bool WasRemoved(Descriptor directory) =>
        new FileInfo($"/proc/self/fd/{directory.Number}").LinkTarget?.EndsWith(" (deleted)", StringComparison.Ordinal) ?? true;
}
