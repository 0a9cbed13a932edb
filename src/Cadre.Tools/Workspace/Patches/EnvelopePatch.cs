namespace Cadre.Tools.Workspaces;

/// <summary>The form "*** Begin Patch … *** End Patch", which finds its places by their text and not by line numbers.</summary>
internal static class EnvelopePatch
{
    private const string Add = "*** Add File: ";
    private const string Delete = "*** Delete File: ";
    private const string Update = "*** Update File: ";
    private const string Move = "*** Move to: ";
    private const string EndOfFile = "*** End of File";
    private const string End = "*** End Patch";

    public static ParsedPatch Parse(string[] lines, int begin)
    {
        var files = new List<FilePatch>();
        var at = begin + 1;
        while (at < lines.Length && lines[at].Trim() != End)
        {
            var line = lines[at];
            if (line.Length == 0)
            {
                at++;
            }
            else if (line.StartsWith(Delete, StringComparison.Ordinal))
            {
                files.Add(new(PatchKind.Delete, line[Delete.Length..].Trim(), null, []));
                at++;
            }
            else if (line.StartsWith(Add, StringComparison.Ordinal))
            {
                if (Added(lines, ref at) is not { } added) return ParsedPatch.Failed(at + 1, "every line of an added file begins with '+'.");
                files.Add(added);
            }
            else if (line.StartsWith(Update, StringComparison.Ordinal))
            {
                if (Updated(lines, ref at, out var problem) is not { } updated) return ParsedPatch.Failed(at + 1, problem);
                files.Add(updated);
            }
            else
            {
                return ParsedPatch.Failed(at + 1, "'*** Add File: ', '*** Update File: ' or '*** Delete File: ' is expected here.");
            }
        }

        return at < lines.Length ? new(files, null) : ParsedPatch.Failed(at, $"'{End}' is missing.");
    }

    private static FilePatch? Added(string[] lines, ref int at)
    {
        var path = lines[at++][Add.Length..].Trim();
        var content = new List<PatchLine>();
        for (; at < lines.Length && !lines[at].StartsWith("***", StringComparison.Ordinal); at++)
        {
            if (lines[at].StartsWith('+')) content.Add(new('+', lines[at][1..]));
            else if (lines[at].Length > 0) return null;
        }

        return new(PatchKind.Create, path, null, content.Count == 0 ? [] : [new Hunk(null, null, content)]);
    }

    private static FilePatch? Updated(string[] lines, ref int at, out string problem)
    {
        var path = lines[at++][Update.Length..].Trim();
        string? moveTo = null;
        if (at < lines.Length && lines[at].StartsWith(Move, StringComparison.Ordinal)) moveTo = lines[at++][Move.Length..].Trim();

        var hunks = new List<Hunk>();
        string? anchor = null;
        var body = new List<PatchLine>();
        for (; at < lines.Length; at++)
        {
            var line = lines[at];
            if (line.StartsWith("@@", StringComparison.Ordinal))
            {
                Close(hunks, ref body, anchor, atEnd: false);
                anchor = line[2..].Trim() is { Length: > 0 } text ? text : null;
            }
            else if (line.Trim() == EndOfFile)
            {
                Close(hunks, ref body, anchor, atEnd: true);
                anchor = null;
            }
            else if (line.StartsWith("***", StringComparison.Ordinal))
            {
                break;
            }
            else if (line.Length == 0 || line[0] is ' ' or '+' or '-')
            {
                // An empty line of context often loses its space.
                body.Add(line.Length == 0 ? new(' ', "") : new(line[0], line[1..]));
            }
            else
            {
                problem = "a line of a hunk begins with ' ', '+' or '-'.";
                return null;
            }
        }

        Close(hunks, ref body, anchor, atEnd: false);
        problem = hunks.Count == 0 && moveTo is null ? "the update changes nothing." : "";
        return problem.Length == 0 ? new(PatchKind.Update, path, moveTo, hunks) : null;
    }

    private static void Close(List<Hunk> hunks, ref List<PatchLine> body, string? anchor, bool atEnd)
    {
        // Empty lines between the last hunk and the next header belong to neither.
        while (body is [.., { Mark: ' ', Text: "" }] && !atEnd) body.RemoveAt(body.Count - 1);
        if (body.Any(line => line.Mark != ' ')) hunks.Add(new(null, anchor, body) { AtEnd = atEnd });
        body = [];
    }
}
