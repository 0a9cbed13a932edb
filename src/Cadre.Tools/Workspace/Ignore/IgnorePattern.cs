namespace Cadre.Tools.Workspaces;

/// <summary>One line of a .gitignore, by the rules of gitignore(5).</summary>
internal sealed class IgnorePattern
{
    private readonly GlobSegment? _name;
    private readonly GlobPath? _path;
    private readonly bool _directoriesOnly;

    private IgnorePattern(GlobSegment? name, GlobPath? path, bool directoriesOnly, bool includes) =>
        (_name, _path, _directoriesOnly, Includes) = (name, path, directoriesOnly, includes);

    /// <summary>A line with '!': what it matches is not ignored after all.</summary>
    public bool Includes { get; }

    /// <summary>Null for a comment, an empty line and a line that can match nothing.</summary>
    public static IgnorePattern? Parse(string line)
    {
        line = TrimEnd(line.EndsWith('\r') ? line[..^1] : line);
        if (line.Length == 0 || line[0] == '#') return null;
        var includes = line[0] == '!';
        if (includes) line = line[1..];
        var directoriesOnly = line.EndsWith('/');
        if (directoriesOnly) line = line[..^1];
        if (line.Length == 0) return null;

        if (!line.Contains('/')) return GlobSegment.Parse(line) is { } name ? new(name, null, directoriesOnly, includes) : null;
        return GlobPath.Parse(line) is { } path ? new(null, path, directoriesOnly, includes) : null;
    }

    /// <param name="path">Relative to the directory of the .gitignore.</param>
    public bool Matches(string path, bool isDirectory)
    {
        if (_directoriesOnly && !isDirectory) return false;
        return _name is not null ? _name.Matches(path.AsSpan(path.LastIndexOf('/') + 1)) : _path!.Matches(path);
    }

    // Spaces at the end do not count, unless the first of them is escaped.
    private static string TrimEnd(string line)
    {
        var end = line.Length;
        while (end > 0 && line[end - 1] == ' ') end--;
        var backslashes = 0;
        while (end - backslashes > 0 && line[end - backslashes - 1] == '\\') backslashes++;
        return backslashes % 2 == 1 && end < line.Length ? line[..(end + 1)] : line[..end];
    }
}
