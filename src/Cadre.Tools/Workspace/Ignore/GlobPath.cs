namespace Cadre.Tools.Workspaces;

/// <summary>The pattern of a whole path: parts, and '**' for any number of directories. A '**' at the end stands for at least one part.</summary>
internal sealed class GlobPath
{
    // Null stands for '**'.
    private readonly GlobSegment?[] _segments;

    private GlobPath(GlobSegment?[] segments) => _segments = segments;

    /// <param name="pattern">Without a leading or trailing slash.</param>
    /// <returns>Null when a part is broken.</returns>
    public static GlobPath? Parse(string pattern)
    {
        var segments = new List<GlobSegment?>();
        var parts = pattern.Split('/', StringSplitOptions.RemoveEmptyEntries);
        foreach (var part in parts)
        {
            if (part == "**")
            {
                if (segments is not [.., null]) segments.Add(null);
            }
            else if (GlobSegment.Parse(part) is { } segment)
            {
                segments.Add(segment);
            }
            else
            {
                return null;
            }
        }

        if (segments is [.., null]) segments.Add(GlobSegment.Parse("*"));
        return segments.Count == 0 ? null : new([.. segments]);
    }

    public bool Matches(string path)
    {
        Span<Range> parts = stackalloc Range[WorkspacePath.MaxParts];
        var count = path.AsSpan().Split(parts, '/');
        int at = 0, segment = 0, starSegment = -1, starAt = 0;
        while (at < count)
        {
            if (segment < _segments.Length && _segments[segment] is null)
            {
                (starSegment, starAt) = (segment++, at);
            }
            else if (segment < _segments.Length && _segments[segment]!.Matches(path.AsSpan(parts[at])))
            {
                at++;
                segment++;
            }
            else if (starSegment >= 0)
            {
                at = ++starAt;
                segment = starSegment + 1;
            }
            else
            {
                return false;
            }
        }

        return segment == _segments.Length;
    }
}
