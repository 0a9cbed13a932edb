namespace Cadre.Tools.Workspaces;

/// <summary>Applies hunks to the lines of a file: where the patch says, or at the nearest place where the old lines stand.</summary>
internal sealed class HunkFit
{
    /// <summary>Line comparisons for one patch: a patch that needs more was made to take long.</summary>
    public const long MaxComparisons = 50_000_000;

    private const int ShownLines = 6;

    private long _comparisons;

    /// <returns>The new text, or why a hunk does not fit.</returns>
    public (string? Text, string? Problem) Apply(string text, IReadOnlyList<Hunk> hunks, bool windowsLines)
    {
        if (windowsLines) text = text.Replace("\r\n", "\n", StringComparison.Ordinal);
        var endsWithNewline = text.Length == 0 || text.EndsWith('\n');
        var lines = text.Length == 0 ? [] : (endsWithNewline && text.Length > 0 ? text[..^1] : text).Split('\n');
        var result = new List<string>(lines.Length);
        var (cursor, shift) = (0, 0);
        for (var i = 0; i < hunks.Count; i++)
        {
            var hunk = hunks[i];
            var old = hunk.Lines.Where(line => line.Mark != '+').Select(line => line.Text).ToArray();
            if (Find(lines, old, hunk, cursor, shift) is not { } place) return (null, Explain(lines, old, hunk, i, hunks.Count, cursor));
            result.AddRange(lines[cursor..place]);
            if (hunk.OldStart is { } expected && old.Length > 0) shift = place - (expected - 1);

            var at = place;
            foreach (var line in hunk.Lines)
            {
                if (line.Mark == '+') result.Add(line.Text);
                else if (line.Mark == ' ') result.Add(lines[at++]);
                else at++;
            }

            if (at == lines.Length && hunk.EndsWithNewline is { } newline) endsWithNewline = newline;
            cursor = at;
        }

        result.AddRange(lines[cursor..]);
        var joined = string.Join('\n', result) + (endsWithNewline && result.Count > 0 ? "\n" : "");
        return (windowsLines ? joined.Replace("\n", "\r\n", StringComparison.Ordinal) : joined, null);
    }

    private int? Find(string[] lines, string[] old, Hunk hunk, int cursor, int shift)
    {
        var from = cursor;
        if (hunk.Anchor is { } anchor)
        {
            var found = Array.FindIndex(lines, cursor, line => line.Trim() == anchor.Trim());
            if (found < 0) found = Array.FindIndex(lines, cursor, line => line.Contains(anchor, StringComparison.Ordinal));
            if (found < 0) return null;
            from = found + 1;
        }

        if (old.Length == 0)
        {
            // Nothing to find: behind the line that is named, behind the anchor, or at the end.
            if (hunk.OldStart is { } start) return (int)Math.Clamp((long)start + shift, cursor, lines.Length);
            return hunk.Anchor is null ? lines.Length : from;
        }

        return FindLines(lines, old, hunk, from, shift, static (a, b) => a == b)
            ?? FindLines(lines, old, hunk, from, shift, static (a, b) => a.AsSpan().TrimEnd().SequenceEqual(b.AsSpan().TrimEnd()))
            ?? (hunk.Anchor is not null && from > cursor ? FindLines(lines, old, hunk, from - 1, shift, static (a, b) => a == b) : null);
    }

    private int? FindLines(string[] lines, string[] old, Hunk hunk, int from, int shift, Func<string, string, bool> same)
    {
        var last = lines.Length - old.Length;
        if (last < from) return null;
        if (hunk.AtEnd && Stands(lines, old, last, same)) return last;
        var expected = hunk.OldStart is { } start ? (int)Math.Clamp(start - 1L + shift, from, last) : from;
        for (var distance = 0; expected - distance >= from || expected + distance <= last; distance++)
        {
            if (_comparisons > MaxComparisons) return null;
            if (expected - distance >= from && Stands(lines, old, expected - distance, same)) return expected - distance;
            if (distance > 0 && expected + distance <= last && Stands(lines, old, expected + distance, same)) return expected + distance;
        }

        return null;
    }

    private bool Stands(string[] lines, string[] old, int at, Func<string, string, bool> same)
    {
        for (var i = 0; i < old.Length; i++)
        {
            if (++_comparisons > MaxComparisons || !same(lines[at + i], old[i])) return false;
        }

        return true;
    }

    private string Explain(string[] lines, string[] old, Hunk hunk, int index, int count, int cursor)
    {
        if (_comparisons > MaxComparisons) return "it takes too many comparisons to place the hunks. Send smaller hunks.";
        var where = $"hunk {index + 1} of {count}";
        if (old.Length == 0 || (hunk.Anchor is { } anchor && !lines.Skip(cursor).Any(line => line.Contains(anchor.Trim(), StringComparison.Ordinal)))) return $"{where}: the line '{hunk.Anchor}' is not in the file (any more).";
        var (at, onlySpaces) = ClosestLines.Find(lines, old);
        var first = old.FirstOrDefault(line => line.Trim().Length > 0) ?? "";
        if (at < 0) return $"{where} does not fit: its lines, which begin with '{first.Trim()}', are not in the file. Read the file again.";
        if (at < cursor && onlySpaces) return $"{where} does not fit: its lines are at line {at + 1}, before the end of the hunk in front of it. Put hunks in the order of the file.";
        var shown = string.Join('\n', lines.Skip(at).Take(Math.Min(ShownLines, old.Length)));
        return $"{where} does not fit. What stands from line {at + 1} {(onlySpaces ? "differs only in spaces" : "is the closest")}:\n{shown}";
    }
}
