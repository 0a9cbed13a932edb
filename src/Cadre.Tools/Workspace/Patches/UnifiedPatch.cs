using System.Globalization;
using System.Text.RegularExpressions;

namespace Cadre.Tools.Workspaces;

/// <summary>A unified diff, with git's extended headers or without. Wrong counts in '@@' lines are forgiven: models often miscount.</summary>
internal static partial class UnifiedPatch
{
    private const string Nothing = "/dev/null";

    public static bool IsHeader(string line) => line.StartsWith("diff --git ", StringComparison.Ordinal) || line.StartsWith("--- ", StringComparison.Ordinal);

    public static ParsedPatch Parse(string[] lines)
    {
        var files = new List<FilePatch>();
        var at = 0;
        while (at < lines.Length)
        {
            if (lines[at].StartsWith("@@ ", StringComparison.Ordinal)) return ParsedPatch.Failed(at + 1, "this hunk has no '--- ' and '+++ ' lines before it.");
            if (!IsHeader(lines[at]))
            {
                // Text between files: commit messages, "index" lines.
                at++;
                continue;
            }

            var header = new Header();
            if (ReadHeader(lines, ref at, header) is { } problem) return ParsedPatch.Failed(at + 1, problem);
            var hunks = new List<Hunk>();
            while (at < lines.Length && lines[at].StartsWith("@@", StringComparison.Ordinal))
            {
                if (ReadHunk(lines, ref at) is not { } hunk) return ParsedPatch.Failed(at + 1, "a hunk begins with '@@ -line,count +line,count @@' and has lines that begin with ' ', '+' or '-'.");
                hunks.Add(hunk);
            }

            if (header.ToPatch(hunks, out var incomplete) is not { } file) return ParsedPatch.Failed(at, incomplete);
            files.Add(file);
        }

        return new(files, null);
    }

    private static string? ReadHeader(string[] lines, ref int at, Header header)
    {
        if (lines[at].StartsWith("diff --git ", StringComparison.Ordinal)) header.Names = PatchNames.FromGitLine(lines[at++]["diff --git ".Length..]);
        for (; at < lines.Length; at++)
        {
            var line = lines[at];
            if (line.StartsWith("diff --git ", StringComparison.Ordinal) || line.StartsWith("@@", StringComparison.Ordinal)) return null;
            if (line.StartsWith("--- ", StringComparison.Ordinal))
            {
                if (at + 1 >= lines.Length || !lines[at + 1].StartsWith("+++ ", StringComparison.Ordinal)) return "'+++ ' is missing after '--- '.";
                (header.Old, header.New) = (PatchNames.Read(line[4..]), PatchNames.Read(lines[at + 1][4..]));
                at += 2;
                return null;
            }

            if (header.Names is null) return null;
            if (line.StartsWith("GIT binary patch", StringComparison.Ordinal) || line.StartsWith("Binary files ", StringComparison.Ordinal)) return "binary patches are not applied.";
            if (line.StartsWith("copy from ", StringComparison.Ordinal)) return "copies are not supported; create the file.";
            if (header.Extended(line) is { } problem) return problem;
        }

        return null;
    }

    private static Hunk? ReadHunk(string[] lines, ref int at)
    {
        var match = Range().Match(lines[at]);
        if (!match.Success) return null;
        var (oldStart, oldLeft, newLeft) = (Number(match, 1, 1), Number(match, 2, 1), Number(match, 3, 1));
        at++;
        var body = new List<PatchLine>();
        bool? newline = null;
        var empty = 0;
        for (; at < lines.Length; at++)
        {
            var line = lines[at];
            if (line.StartsWith('\\'))
            {
                // "\ No newline at end of file" is about the line before it; only what the new file has counts.
                newline = body is [.., { Mark: '-' }] ? newline ?? true : false;
                continue;
            }

            var complete = oldLeft <= 0 && newLeft <= 0;
            if (IsNext(lines, at, complete)) break;
            if (line.Length > 0 && line[0] is not (' ' or '+' or '-')) return complete ? Hunk() : null;
            var patchLine = line.Length == 0 ? new PatchLine(' ', "") : new(line[0], line[1..]);
            if (patchLine.Mark != '+') oldLeft--;
            if (patchLine.Mark != '-') newLeft--;
            body.Add(patchLine);
            empty = line.Length == 0 ? empty + 1 : 0;
        }

        // Where the counts promised more lines than there are, empty ones at the end are the end of the text and not context.
        if (oldLeft > 0 || newLeft > 0) body.RemoveRange(body.Count - empty, empty);
        return Hunk();

        Hunk? Hunk() => body.Count == 0 ? null : new(oldStart, null, body) { EndsWithNewline = newline };
    }

    private static bool IsNext(string[] lines, int at, bool complete)
    {
        var line = lines[at];
        if (line.StartsWith("@@", StringComparison.Ordinal) || line.StartsWith("diff --git ", StringComparison.Ordinal)) return true;
        if (complete && (line.Length == 0 || line is "-- " or "--")) return true;
        return line.StartsWith("--- ", StringComparison.Ordinal) && at + 2 < lines.Length
            && lines[at + 1].StartsWith("+++ ", StringComparison.Ordinal) && lines[at + 2].StartsWith("@@", StringComparison.Ordinal);
    }

    private static int Number(Match match, int group, int otherwise) =>
        !match.Groups[group].Success ? otherwise
        : int.TryParse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue;

    [GeneratedRegex(@"^@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@", RegexOptions.NonBacktracking)]
    private static partial Regex Range();

    private sealed class Header
    {
        public (string Old, string New)? Names { get; set; }
        public string? Old { get; set; }
        public string? New { get; set; }
        private string? RenameFrom { get; set; }
        private string? RenameTo { get; set; }
        private bool Creates { get; set; }
        private bool Deletes { get; set; }
        private bool? Executable { get; set; }

        public string? Extended(string line)
        {
            if (After(line, "rename from ") is { } from) RenameFrom = PatchNames.Unquote(from);
            else if (After(line, "rename to ") is { } to) RenameTo = PatchNames.Unquote(to);
            else if (After(line, "new file mode ") is { } mode) return Mode(mode, () => Creates = true);
            else if (After(line, "deleted file mode ") is { } gone) return Mode(gone, () => Deletes = true);
            else if (After(line, "new mode ") is { } changed) return Mode(changed, () => { });
            return null;
        }

        public FilePatch? ToPatch(List<Hunk> hunks, out string problem)
        {
            problem = "";
            var old = RenameFrom ?? (Old is null or Nothing ? null : PatchNames.Strip(Old)) ?? Names?.Old;
            var @new = RenameTo ?? (New is null or Nothing ? null : PatchNames.Strip(New)) ?? Names?.New;
            if (Creates || Old == Nothing)
            {
                if (@new is not null) return new(PatchKind.Create, @new, null, hunks, Executable);
            }
            else if (Deletes || New == Nothing)
            {
                if (old is not null) return new(PatchKind.Delete, old, null, hunks);
            }
            else if (old is not null && @new is not null)
            {
                if (hunks.Count > 0 || old != @new || Executable is not null) return new(PatchKind.Update, old, old == @new ? null : @new, hunks, Executable);
                problem = $"there is no change for '{old}'.";
                return null;
            }

            problem = "the file has no name.";
            return null;
        }

        private string? Mode(string mode, Action then)
        {
            if (mode is not ("100644" or "100755" or "100664")) return $"mode {mode} is refused: only ordinary files are patched, no links and no submodules.";
            Executable = mode == "100755";
            then();
            return null;
        }

        private static string? After(string line, string prefix) => line.StartsWith(prefix, StringComparison.Ordinal) ? line[prefix.Length..] : null;
    }
}
