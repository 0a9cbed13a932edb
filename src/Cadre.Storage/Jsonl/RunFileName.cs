using Cadre.Engine.Runs;

namespace Cadre.Storage.Jsonl;

internal static class RunFileName
{
    private const string Prefix = "run-";
    private const string Suffix = ".jsonl";

    /// <summary>Matches run files, and little else.</summary>
    public const string Pattern = Prefix + "*" + Suffix;

    public static string Of(RunId run) => $"{Prefix}{run}{Suffix}";

    public static bool TryParse(ReadOnlySpan<char> name, out RunId run)
    {
        run = default;
        return name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal)
            && name.Length > Prefix.Length + Suffix.Length && RunId.TryParse(name[Prefix.Length..^Suffix.Length], null, out run);
    }

    /// <summary>Newest root first, a root before its children.</summary>
    public static int Compare(RunId left, RunId right) =>
        right.Root.CompareTo(left.Root) is var roots and not 0 ? roots : left.CompareTo(right);
}
