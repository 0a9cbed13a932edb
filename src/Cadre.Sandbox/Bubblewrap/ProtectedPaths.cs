using Cadre.Engine.Ports;

namespace Cadre.Sandbox.Bubblewrap;

/// <summary>
/// The mounts that keep paths of a writable directory read-only. The parents of a protected path become mount points too,
/// writable ones: a mount point cannot be renamed, so nobody moves the parent away and builds the path anew.
/// </summary>
internal sealed record ProtectedPaths(IReadOnlyList<string> Pinned, IReadOnlyList<string> ReadOnly, IReadOnlyList<IDisposable> Held)
{
    /// <exception cref="SandboxUnavailableException">A link stands on the way to a protected path: it could be replaced.</exception>
    public static ProtectedPaths Plan(string directory, IReadOnlyList<string> relativePaths)
    {
        var pinned = new SortedSet<string>(StringComparer.Ordinal);
        var readOnly = new SortedSet<string>(StringComparer.Ordinal);
        var held = new List<IDisposable>();
        try
        {
            foreach (var path in relativePaths) Add(directory, path, pinned, readOnly, held);
        }
        catch
        {
            foreach (var mountPoint in held) mountPoint.Dispose();
            throw;
        }

        return new ProtectedPaths([.. pinned], [.. readOnly], held);
    }

    private static void Add(string directory, string path, SortedSet<string> pinned, SortedSet<string> readOnly, List<IDisposable> held)
    {
        var current = directory;
        var parts = path.Split('/');
        for (var i = 0; i < parts.Length; i++)
        {
            if (current != directory) pinned.Add(current);
            current = Path.Combine(current, parts[i]);
            if (new FileInfo(current).LinkTarget is not null)
                throw new SandboxUnavailableException($"'{current}' is protected but is a symbolic link, which cannot be; put a file or directory in its place.");
            if (Directory.Exists(current) && !EmptyMountPoint.IsAt(current)) continue;
            if (!File.Exists(current) && !TryHold(current, held)) return;
            break; // a file, or nothing: what lies below it cannot be made either
        }

        readOnly.Add(current);
    }

    /// <returns>False where this user cannot create the path: then the command, the same user, cannot either.</returns>
    private static bool TryHold(string path, List<IDisposable> held)
    {
        try
        {
            held.Add(EmptyMountPoint.Take(path));
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException failure)
        {
            throw new SandboxUnavailableException(failure.Message);
        }
    }
}
