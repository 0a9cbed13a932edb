namespace Cadre.Tools.Workspaces;

/// <summary>The patterns of one directory's .gitignore, and those of the directories above it, which they overrule.</summary>
internal sealed class IgnoreRules
{
    public const int MaxFileBytes = 256 << 10;
    public const int MaxPatterns = 5_000;

    private readonly IgnoreRules? _above;
    private readonly string _prefix;
    private readonly IgnorePattern[] _patterns;

    private IgnoreRules(IgnoreRules? above, string directory, IgnorePattern[] patterns) =>
        (_above, _prefix, _patterns) = (above, directory == "." ? "" : directory + "/", patterns);

    public static IgnoreRules None { get; } = new(null, ".", []);

    /// <param name="directory">Of the file, relative to the workspace.</param>
    public IgnoreRules Below(string directory, string content)
    {
        var patterns = content.TrimStart('\uFEFF').Split('\n').Take(MaxPatterns).Select(IgnorePattern.Parse).OfType<IgnorePattern>().ToArray();
        return patterns.Length == 0 ? this : new(this, directory, patterns);
    }

    /// <summary>Of an entry whose directory is not itself ignored: in an ignored directory nothing can be included again.</summary>
    /// <param name="path">Relative to the workspace.</param>
    public bool Ignores(string path, bool isDirectory)
    {
        for (var rules = this; rules is not null; rules = rules._above)
        {
            var relative = path[rules._prefix.Length..];
            for (var i = rules._patterns.Length - 1; i >= 0; i--)
            {
                if (rules._patterns[i].Matches(relative, isDirectory)) return !rules._patterns[i].Includes;
            }
        }

        return false;
    }
}
