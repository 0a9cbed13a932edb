using System.Globalization;
using System.Text;

namespace Cadre.Tools.Workspaces;

/// <summary>
/// The real state of a workspace in a bounded text, for whoever plans work in it. AGENTS.md is not in it: see <see cref="StandingInstructions"/>.
/// </summary>
public static class WorkspaceSnapshot
{
    public const int MaxCharacters = 12_000;
    public const int MaxTreeLines = 150;
    public const int MaxCountedFiles = 50_000;
    public const int DocumentHeadBytes = 1_500;
    private const int MaxPerDirectory = 25;
    private const int MaxExtensions = 12;
    private const int MaxDocuments = 3;

    private static readonly string[] Documents = ["README.md", "README", "README.txt", "README.rst", "readme.md", "CONTRIBUTING.md", "package.json", "pyproject.toml", "Cargo.toml", "go.mod", "Makefile", "pom.xml"];

    public static string Describe(Workspace workspace)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"Workspace: {workspace.Root}\n");
        if (GitHead.Read(workspace) is { } head) text.Append(CultureInfo.InvariantCulture, $"Git: {head}\n");
        Survey(workspace, text);
        Heads(workspace, text);
        if (text.Length <= MaxCharacters) return text.ToString().TrimEnd('\n');
        text.Length = MaxCharacters;
        return text.Append("\n[cut]").ToString();
    }

    private static void Survey(Workspace workspace, StringBuilder text)
    {
        if (!workspace.OpenDirectory(WorkspacePath.Here).TryGet(out var root, out _)) return;
        var walk = new TreeWalk(workspace);
        var tree = new List<string>();
        var perDirectory = new Dictionary<string, int>(StringComparer.Ordinal);
        var extensions = new Dictionary<string, int>(StringComparer.Ordinal);
        int files = 0, directories = 0, leftOut = 0;
        foreach (var entry in walk.Entries(root))
        {
            if (entry.Kind == EntryKind.File && !entry.Ignored)
            {
                files++;
                var extension = Path.GetExtension(entry.Name) is { Length: > 1 } dotted ? dotted.ToLowerInvariant() : "(none)";
                extensions[extension] = extensions.GetValueOrDefault(extension) + 1;
            }
            else if (entry.Kind == EntryKind.Directory && !entry.Ignored)
            {
                directories++;
            }

            if (files > MaxCountedFiles) break;
            if (entry.Depth > 2 || (entry.Ignored && entry.Kind != EntryKind.Directory) || ProtectedPaths.IsVersionControl(entry.Name)) continue;
            var parent = entry.Path.LastIndexOf('/') is var slash and > 0 ? entry.Path[..slash] : ".";
            perDirectory[parent] = perDirectory.GetValueOrDefault(parent) + 1;
            if (tree.Count >= MaxTreeLines || (entry.Depth > 1 && perDirectory[parent] > MaxPerDirectory)) leftOut++;
            else tree.Add(Line(entry));
        }

        var more = files > MaxCountedFiles ? "more than " : "";
        text.Append(CultureInfo.InvariantCulture, $"Files: {more}{files:N0} in {directories:N0} directories (what .gitignore names is not counted)\n");
        if (files > 0) text.Append("By extension: ").AppendJoin(", ", extensions.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).Take(MaxExtensions).Select(pair => $"{pair.Key} {pair.Value}")).Append('\n');
        text.Append(tree.Count == 0 ? "It is empty.\n" : "\nTree, two levels:\n");
        foreach (var line in tree) text.Append(line).Append('\n');
        if (leftOut > 0) text.Append(CultureInfo.InvariantCulture, $"[{leftOut:N0} more]\n");
    }

    private static string Line(WalkEntry entry)
    {
        var indent = new string(' ', (entry.Depth - 1) * 2);
        return entry.Kind switch
        {
            EntryKind.Directory => $"{indent}{entry.Name}/{(entry.Ignored ? " (ignored)" : "")}",
            EntryKind.Link => $"{indent}{entry.Name} (link)",
            EntryKind.File => $"{indent}{entry.Name} ({entry.Stat?.Size ?? 0:N0} bytes)",
            EntryKind.Special => $"{indent}{entry.Name} (not a file)",
        };
    }

    private static void Heads(Workspace workspace, StringBuilder text)
    {
        var shown = 0;
        foreach (var name in Documents)
        {
            if (shown == MaxDocuments) return;
            if (!workspace.OpenFile(WorkspacePath.Parse(name)).TryGet(out var opened, out _)) continue;
            using (opened)
            {
                if (opened.Path != name || FileHead.Read(opened, DocumentHeadBytes) is not { } head) continue;
                shown++;
                text.Append(CultureInfo.InvariantCulture, $"\n{name} begins:\n{head.TrimEnd()}\n{(opened.Stat.Size > DocumentHeadBytes ? "[…]\n" : "")}");
            }
        }
    }
}
