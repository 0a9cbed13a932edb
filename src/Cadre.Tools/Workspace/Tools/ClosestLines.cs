namespace Cadre.Tools.Workspaces;

/// <summary>Finds the lines a failed edit probably meant.</summary>
internal static class ClosestLines
{
    public const int MaxLines = 20_000;
    private const int MaxLineCharacters = 400;
    private const double Enough = 0.5;

    /// <returns>Where the closest lines begin, -1 when nothing is close; and whether only white space differs.</returns>
    public static (int At, bool OnlySpaces) Find(string[] lines, string[] wanted)
    {
        if (lines.Length > MaxLines) lines = lines[..MaxLines];
        var stripped = wanted.Select(Strip).ToArray();
        var first = Array.FindIndex(stripped, line => line.Length > 0);
        if (first < 0) return (-1, false);

        var best = (At: -1, Score: Enough);
        var pairs = PairsOf(stripped[first]);
        for (var i = 0; i < lines.Length; i++)
        {
            var line = Strip(lines[i]);
            var at = Math.Max(0, i - first);
            if (line == stripped[first] && FollowsAt(lines, stripped, at)) return (at, true);
            var score = line == stripped[first] ? 1 : Likeness(pairs, line);
            if (score > best.Score) best = (at, score);
        }

        return (best.At, false);
    }

    private static bool FollowsAt(string[] lines, string[] stripped, int at)
    {
        if (at + stripped.Length > lines.Length) return false;
        for (var i = 0; i < stripped.Length; i++)
        {
            if (Strip(lines[at + i]) != stripped[i]) return false;
        }

        return true;
    }

    // Dice's coefficient over pairs of neighbouring characters.
    private static double Likeness(HashSet<(char, char)> pairs, string line)
    {
        var others = PairsOf(line);
        if (pairs.Count == 0 || others.Count == 0) return 0;
        var common = others.Count(pairs.Contains);
        return 2.0 * common / (pairs.Count + others.Count);
    }

    private static HashSet<(char, char)> PairsOf(string line)
    {
        var pairs = new HashSet<(char, char)>();
        for (var i = 1; i < Math.Min(line.Length, MaxLineCharacters); i++) pairs.Add((line[i - 1], line[i]));
        return pairs;
    }

    private static string Strip(string line) => string.Concat(line.Where(c => !char.IsWhiteSpace(c)));
}
