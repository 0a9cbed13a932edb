namespace Cadre.Sandbox.Landlock;

/// <summary>
/// Landlock only allows, below a directory and all its depth. So where a path is protected, its directory stays closed (nothing can
/// be created, renamed or deleted directly in it) and each of its other entries is opened; without protection the directory itself is.
/// </summary>
internal static class WritablePaths
{
    private const int MaxEntries = 10_000;

    /// <exception cref="IOException">The directory has more entries than can be ruled.</exception>
    public static IEnumerable<string> Find(string directory, IReadOnlyList<string> protectedPaths)
    {
        var guarded = protectedPaths.Select(path => path.Split('/')).ToList();
        return Below(directory, guarded);
    }

    private static IEnumerable<string> Below(string directory, List<string[]> guarded)
    {
        if (guarded.Count == 0) return [directory];
        if (guarded.Any(path => path is [] or ["."])) return [];
        var entries = new DirectoryInfo(directory).EnumerateFileSystemInfos().Take(MaxEntries + 1).ToList();
        return entries.Count <= MaxEntries
            ? entries.SelectMany(entry => Open(entry, guarded))
            : throw new IOException($"'{directory}' has more than {MaxEntries} entries.");
    }

    private static IEnumerable<string> Open(FileSystemInfo entry, List<string[]> guarded)
    {
        if (entry.LinkTarget is not null) return []; // a rule on a link would open what it points to
        var below = guarded.Where(path => path[0] == entry.Name).Select(path => path[1..]).ToList();
        if (below.Count == 0) return [entry.FullName];
        return entry is DirectoryInfo && below.TrueForAll(path => path.Length > 0) ? Below(entry.FullName, below) : [];
    }
}
