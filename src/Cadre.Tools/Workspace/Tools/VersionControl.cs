namespace Cadre.Tools.Workspaces;

/// <summary>Finds the version control data a command must not change: what is in it is configuration and hooks, which are programs.</summary>
internal static class VersionControl
{
    public const int MaxEntries = 20_000;
    public const int MaxRepositories = 64;
    private const int MaxDepth = 6;

    /// <summary>The configured paths, the workspace's own .git whether it exists or not, and those of repositories inside it.</summary>
    public static IReadOnlyList<string> ProtectedIn(Workspace workspace)
    {
        var paths = new List<string>([".git", .. workspace.Protected.Configured]);
        if (!workspace.OpenDirectory(WorkspacePath.Here).TryGet(out var root, out _)) return paths;
        paths.AddRange(new TreeWalk(workspace).Entries(root, MaxDepth).Take(MaxEntries)
            .Where(entry => ProtectedPaths.IsVersionControl(entry.Name) && entry.Kind is EntryKind.Directory or EntryKind.File)
            .Select(entry => entry.Path).Take(MaxRepositories));
        return [.. paths.Distinct(StringComparer.Ordinal)];
    }
}
