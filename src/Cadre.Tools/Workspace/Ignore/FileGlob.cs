namespace Cadre.Tools.Workspaces;

/// <summary>
/// A pattern as a model writes it for files: '{a,b}' alternatives, '**' for any directories; a pattern without a slash is meant for the name
/// of a file at any depth, and one that ends with a slash for directories.
/// </summary>
internal sealed class FileGlob
{
    public const int MaxLength = 1_000;
    public const int MaxAlternatives = 64;

    private readonly List<GlobPath> _alternatives;

    private FileGlob(List<GlobPath> alternatives, bool directories) => (_alternatives, MatchesDirectories) = (alternatives, directories);

    public bool MatchesDirectories { get; }

    public static FileGlob? Parse(string pattern, out string problem)
    {
        problem = "";
        if (pattern.Length is 0 or > MaxLength)
        {
            problem = $"A pattern has 1 to {MaxLength} characters, such as '**/*.cs'.";
            return null;
        }

        if (pattern.Split('/').Contains("..") || pattern.StartsWith('/'))
        {
            problem = "A pattern is matched below 'path': it does not begin with '/' and has no '..' in it.";
            return null;
        }

        var alternatives = new List<string>();
        if (!Expand(pattern, alternatives))
        {
            problem = $"The braces in '{pattern}' stand for more than {MaxAlternatives} patterns.";
            return null;
        }

        var directories = pattern.EndsWith('/');
        var globs = new List<GlobPath>();
        foreach (var alternative in alternatives.Select(a => a.StartsWith("./", StringComparison.Ordinal) ? a[2..] : a))
        {
            var trimmed = alternative.TrimEnd('/');
            if (GlobPath.Parse(trimmed.Contains('/') ? trimmed : "**/" + trimmed) is { } glob) globs.Add(glob);
        }

        if (globs.Count > 0) return new(globs, directories);
        problem = $"'{pattern}' is not a valid pattern: a '[' or '\\' has no end. Write '\\[' for a bracket.";
        return null;
    }

    /// <param name="path">Relative to where the search began.</param>
    public bool Matches(string path)
    {
        foreach (var glob in _alternatives)
        {
            if (glob.Matches(path)) return true;
        }

        return false;
    }

    // Replaces the first innermost braces again and again; text in brackets or behind a backslash is left alone by the matcher, not here.
    private static bool Expand(string pattern, List<string> result)
    {
        var pending = new Stack<string>([pattern]);
        while (pending.TryPop(out var next))
        {
            var close = next.IndexOf('}');
            var open = close < 0 ? -1 : next.LastIndexOf('{', close);
            if (open < 0)
            {
                result.Add(next);
            }
            else
            {
                foreach (var choice in next[(open + 1)..close].Split(',').Reverse()) pending.Push(next[..open] + choice + next[(close + 1)..]);
            }

            if (result.Count + pending.Count > MaxAlternatives) return false;
        }

        return true;
    }
}
