namespace Cadre.Cli.Commands;

/// <summary>Tells a mistyped command from a goal.</summary>
internal static class Suggestion
{
    /// <summary>The name that was probably meant: one edit away for short words, two for longer ones; null when none is that near.</summary>
    public static string? For(string word, IEnumerable<string> names)
    {
        if (word.Length < 3 || !word.All(c => char.IsAsciiLetter(c) || c == '-')) return null;
        var lower = word.ToLowerInvariant();
        var allowed = lower.Length <= 4 ? 1 : 2;
        return names.Select(name => (Name: name, Distance: Distance(lower, name)))
            .Where(near => near.Distance <= allowed)
            .OrderBy(near => near.Distance)
            .Select(near => near.Name)
            .FirstOrDefault();
    }

    /// <summary>Insertions, deletions, substitutions and swaps of neighbours.</summary>
    internal static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) rows[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) rows[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                rows[i, j] = Math.Min(Math.Min(rows[i - 1, j] + 1, rows[i, j - 1] + 1), rows[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }
        }

        return rows[a.Length, b.Length];
    }
}
