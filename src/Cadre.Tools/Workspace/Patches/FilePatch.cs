namespace Cadre.Tools.Workspaces;

internal enum PatchKind
{
    Create,
    Update,
    Delete,
}

/// <param name="MoveTo">Where the file is afterwards; null when it stays.</param>
/// <param name="Executable">Null keeps the mode.</param>
internal sealed record FilePatch(PatchKind Kind, string Path, string? MoveTo, IReadOnlyList<Hunk> Hunks, bool? Executable = null);

/// <param name="OldStart">Line (from 1) where it is expected; null when the patch does not say.</param>
/// <param name="Anchor">A line to find first; the hunk is behind it.</param>
internal sealed record Hunk(int? OldStart, string? Anchor, IReadOnlyList<PatchLine> Lines)
{
    /// <summary>The old lines are the file's last ones.</summary>
    public bool AtEnd { get; init; }

    /// <summary>What the patch says about the newline at the end of the file afterwards; null when it says nothing.</summary>
    public bool? EndsWithNewline { get; init; }
}

/// <param name="Mark">' ' stays, '-' goes, '+' comes.</param>
internal readonly record struct PatchLine(char Mark, string Text);

/// <summary>Patches, or why the text is none.</summary>
internal readonly record struct ParsedPatch(IReadOnlyList<FilePatch> Files, string? Problem)
{
    public const int MaxCharacters = 4 << 20;
    public const int MaxFiles = 200;
    public const int MaxHunks = 2_000;

    public static ParsedPatch Failed(int line, string problem) => new([], $"The patch is malformed at its line {line}: {problem}");

    public static ParsedPatch Parse(string patch)
    {
        if (patch.Length > MaxCharacters) return new([], $"The patch is longer than {MaxCharacters:N0} characters. Split it.");
        var lines = patch.Split('\n');
        for (var i = 0; i < lines.Length; i++) lines[i] = lines[i].EndsWith('\r') ? lines[i][..^1] : lines[i];

        var begin = Array.FindIndex(lines, line => line.Trim() == "*** Begin Patch");
        var parsed = begin >= 0 && !lines.Take(begin).Any(UnifiedPatch.IsHeader) ? EnvelopePatch.Parse(lines, begin) : UnifiedPatch.Parse(lines);
        if (parsed.Problem is not null) return parsed;
        if (parsed.Files.Count > MaxFiles || parsed.Files.Sum(file => file.Hunks.Count) > MaxHunks)
            return new([], $"The patch has more than {MaxFiles} files or {MaxHunks} hunks. Split it.");
        return parsed.Files.Count > 0 ? parsed : new([], "There is no file in the patch. Send a unified diff ('--- a/file', '+++ b/file', '@@ … @@') or a '*** Begin Patch' block.");
    }
}
