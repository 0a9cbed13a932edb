namespace Cadre.Tools.Workspaces;

/// <summary>Turns "not found" into something a model can act on: what is there, and what was probably meant.</summary>
internal static class Suggestions
{
    private const int ListedNames = 30;
    private const int LookedAtEntries = 5_000;

    public static string Explain(Workspace workspace, WorkspacePath path, FileProblem problem) =>
        problem.Kind == FileProblemKind.NotFound && path.Refusal is null ? problem.Message + NearBy(workspace, path) : problem.Message;

    private static string NearBy(Workspace workspace, WorkspacePath path)
    {
        var directory = path;
        OpenedEntry? nearest = null;
        while (nearest is null && !directory.IsRoot)
        {
            directory = WorkspacePath.Parse(directory.Parent);
            if (workspace.OpenDirectory(directory).TryGet(out var opened, out _)) nearest = opened;
        }

        if (nearest is null) return "";
        List<DirectoryEntry> entries;
        using (nearest) entries = DirectoryEntries.Read(nearest.Handle, out _);
        var below = directory.IsRoot ? path.Text : path.Text[(directory.Text.Length + 1)..];
        var wanted = below.Split('/')[0];
        var meant = entries.Select(entry => entry.Name).Where(name => IsClose(name, wanted)).Take(3)
            .Select(name => directory.IsRoot ? name : directory.Text + "/" + name)
            .Concat(Elsewhere(workspace, path)).Distinct(StringComparer.Ordinal).Take(5).ToList();

        var names = entries.Take(ListedNames).Select(entry => entry.Name + (entry.Kind == EntryKind.Directory ? "/" : ""));
        var more = entries.Count > ListedNames ? $", and {entries.Count - ListedNames} more" : "";
        var listing = entries.Count == 0 ? $" '{directory.Text}' is empty." : $" In '{directory.Text}' there are: {string.Join(", ", names)}{more}.";
        return (meant.Count > 0 ? $" Did you mean {string.Join(" or ", meant.Select(m => $"'{m}'"))}?" : "") + listing;
    }

    // The same name in another directory.
    private static IEnumerable<string> Elsewhere(Workspace workspace, WorkspacePath path)
    {
        if (!workspace.OpenDirectory(WorkspacePath.Here).TryGet(out var root, out _)) return [];
        return new TreeWalk(workspace).Entries(root, depth: 8).Take(LookedAtEntries)
            .Where(entry => !entry.Ignored && string.Equals(entry.Name, path.Name, StringComparison.OrdinalIgnoreCase))
            .Select(entry => entry.Path).Take(3).ToList();
    }

    private static bool IsClose(string name, string wanted) =>
        string.Equals(name, wanted, StringComparison.OrdinalIgnoreCase)
        || (name.Length > 3 && wanted.Length is > 3 and <= 100 && name.Length <= 100 && Distance(name, wanted) <= Math.Max(1, wanted.Length / 4));

    // Levenshtein.
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1;
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + cost));
            }
        }

        return row[b.Length];
    }
}
