using System.Collections.Immutable;

namespace Cadre.Engine.Policies;

/// <summary>
/// A rule over the workspace's paths. An ask or deny rule ignores case, for file systems that do, and matches the deletion of a directory that
/// holds what it names.
/// </summary>
public sealed record PathRule(string Name, VerdictKind Verdict, string Because, ImmutableArray<PathGlob> Paths, ImmutableArray<PathAccess> Accesses)
    : Rule(Name, Verdict, Because)
{
    public bool Matches(PathUse use) => Split(use.Path) is { } parts && Matches(parts, use.Access);

    internal bool Matches(string[] parts, PathAccess access) =>
        Accesses.Contains(access)
        && Paths.Any(glob => glob.Matches(parts, ignoreCase: !Surely)
            || (!Surely && access == PathAccess.Delete && glob.LiesBelow(parts, ignoreCase: true)));

    /// <summary>The path's parts, none for the workspace itself; null for a path that leaves the workspace or cannot be a path.</summary>
    internal static string[]? Split(string path)
    {
        if (path is "" || path[0] == '/' || path.Contains('\0')) return null;
        var parts = path.Split('/').Where(part => part is not ("" or ".")).ToArray();
        return parts.Contains("..") ? null : parts;
    }
}
