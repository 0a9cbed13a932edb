using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Cadre.Tools.Workspaces;

/// <param name="Path">Relative to the workspace.</param>
/// <param name="Below">Relative to where the walk began.</param>
/// <param name="Depth">1 for what lies directly in the start.</param>
/// <param name="Parent">Open while the entry is the walk's current one.</param>
internal readonly record struct WalkEntry(string Path, string Below, EntryKind Kind, int Depth, bool Ignored, SafeFileHandle Parent)
{
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    /// <summary>Opens the entry itself, if it is still a file; a link put in its place is not followed.</summary>
    public OpenedEntry? Open()
    {
        var flags = LinuxFiles.ReadOnly | LinuxFiles.NonBlocking | LinuxFiles.NoFollow;
        var handle = LinuxFiles.OpenAt2(Parent, Name, flags, LinuxFiles.Beneath | LinuxFiles.NoLinks, 0, out var errno);
        if (errno == 0 && LinuxFiles.Stat(handle, out var stat) == 0 && stat.Kind == EntryKind.File) return new(handle, stat, Path);
        handle.Dispose();
        return null;
    }

    public string? LinkTarget => LinuxFiles.ReadLink(Parent, Name);

    public FileStat? Stat => LinuxFiles.StatEntry(Parent, Name, out var stat) == 0 ? stat : null;
}

/// <summary>
/// Goes through a directory tree in the order of names, each directory before what is in it, without following links. Ignored directories and
/// version control data are named but not entered.
/// </summary>
internal sealed class TreeWalk(Workspace workspace)
{
    public const int MaxEntries = 200_000;
    public const int MaxDepth = 64;

    /// <summary>Why the walk did not see everything; null when it did.</summary>
    public string? Incomplete { get; private set; }

    /// <param name="start">Owned by the walk from now on.</param>
    public IEnumerable<WalkEntry> Entries(OpenedEntry start, int depth = MaxDepth)
    {
        var rules = RulesFor(start.Path);
        var stack = new Stack<Frame>();
        stack.Push(Enter(start.Handle, start.Path, "", rules));
        var seen = 0;
        try
        {
            while (stack.TryPeek(out var frame))
            {
                if (frame.Next >= frame.Entries.Count)
                {
                    stack.Pop().Directory.Dispose();
                    continue;
                }

                if (++seen > MaxEntries)
                {
                    Incomplete = $"stopped after {MaxEntries:N0} entries";
                    yield break;
                }

                var entry = Describe(frame, frame.Entries[frame.Next++], stack.Count);
                yield return entry;
                if (entry.Kind != EntryKind.Directory || entry.Ignored || stack.Count >= depth) continue;
                if (stack.Count >= MaxDepth)
                {
                    Incomplete = $"directories deeper than {MaxDepth} were left out";
                    continue;
                }

                var flags = LinuxFiles.ReadOnly | LinuxFiles.DirectoryOnly | LinuxFiles.NoFollow;
                var handle = LinuxFiles.OpenAt2(frame.Directory, entry.Name, flags, LinuxFiles.Beneath | LinuxFiles.NoLinks, 0, out var errno);
                if (errno == 0) stack.Push(Enter(handle, entry.Path, entry.Below + "/", frame.Rules));
                else handle.Dispose();
            }
        }
        finally
        {
            foreach (var frame in stack) frame.Directory.Dispose();
            start.Dispose();
        }
    }

    private static WalkEntry Describe(Frame frame, DirectoryEntry entry, int depth)
    {
        var path = frame.Path == "." ? entry.Name : frame.Path + "/" + entry.Name;
        var kind = entry.Kind ?? (LinuxFiles.StatEntry(frame.Directory, entry.Name, out var stat) == 0 ? stat.Kind : EntryKind.Special);
        var ignored = ProtectedPaths.IsVersionControl(entry.Name) || frame.Rules.Ignores(path, kind == EntryKind.Directory);
        return new(path, frame.Below + entry.Name, kind, depth, ignored, frame.Directory);
    }

    private Frame Enter(SafeFileHandle directory, string path, string below, IgnoreRules rules)
    {
        var entries = DirectoryEntries.Read(directory, out var cut);
        if (cut) Incomplete = $"'{path}' has more than {DirectoryEntries.MaxEntries:N0} entries";
        return new(directory, path, below, entries, ReadRules(directory, path, rules));
    }

    /// <summary>The rules that hold in a directory from those above it; none when it is itself ignored: then it was asked for on purpose.</summary>
    private IgnoreRules RulesFor(string start)
    {
        var rules = IgnoreRules.None;
        if (workspace.OpenFile(WorkspacePath.Parse(".git/info/exclude")).TryGet(out var exclude, out _))
            rules = rules.Below(".", ReadBounded(exclude));
        if (start == ".") return rules;

        var parts = start.Split('/');
        for (var i = 0; i < parts.Length; i++)
        {
            var directory = i == 0 ? "." : string.Join('/', parts[..i]);
            if (!workspace.OpenDirectory(WorkspacePath.Parse(directory)).TryGet(out var opened, out _)) return IgnoreRules.None;
            using (opened) rules = ReadRules(opened.Handle, directory, rules);
            if (rules.Ignores(string.Join('/', parts[..(i + 1)]), isDirectory: true)) return IgnoreRules.None;
        }

        return rules;
    }

    private static IgnoreRules ReadRules(SafeFileHandle directory, string path, IgnoreRules rules)
    {
        var entry = new WalkEntry(".gitignore", "", EntryKind.File, 0, false, directory);
        return entry.Open() is { } file ? rules.Below(path, ReadBounded(file)) : rules;
    }

    private static string ReadBounded(OpenedEntry file)
    {
        using (file)
        {
            var bytes = new byte[Math.Min(file.Stat.Size, IgnoreRules.MaxFileBytes)];
            return Encoding.UTF8.GetString(bytes.AsSpan(0, RandomAccess.Read(file.Handle, bytes, 0)));
        }
    }

    private sealed class Frame(SafeFileHandle directory, string path, string below, List<DirectoryEntry> entries, IgnoreRules rules)
    {
        public SafeFileHandle Directory { get; } = directory;
        public string Path { get; } = path;
        public string Below { get; } = below;
        public List<DirectoryEntry> Entries { get; } = entries;
        public IgnoreRules Rules { get; } = rules;
        public int Next { get; set; }
    }
}
