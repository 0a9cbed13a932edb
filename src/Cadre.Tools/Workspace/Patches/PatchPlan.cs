using System.Text;
using Cadre.Engine.Tools;

namespace Cadre.Tools.Workspaces;

/// <summary>
/// A patch checked against the files as they are. Making the plan changes nothing; carrying it out stages every file first and only then puts
/// them in place, taking back what was done when a later one fails.
/// </summary>
internal sealed class PatchPlan
{
    private readonly Workspace _workspace;
    private readonly List<FileChange> _changes = [];

    private PatchPlan(Workspace workspace) => _workspace = workspace;

    public static PatchPlan? Make(Workspace workspace, IReadOnlyList<FilePatch> files, out ToolResult problem)
    {
        var plan = new PatchPlan(workspace);
        var named = new HashSet<string>(StringComparer.Ordinal);
        var fit = new HunkFit();
        foreach (var file in files)
        {
            foreach (var name in new[] { file.Path, file.MoveTo }.OfType<string>().Select(name => workspace.PathOf(name).Text))
            {
                if (named.Add(name)) continue;
                problem = ToolResult.Failed($"Nothing was changed: the patch names '{name}' twice. Put all hunks of a file into one section.");
                return null;
            }

            if (plan.Add(file, fit) is not { } failed) continue;
            problem = failed.Status == ToolStatus.Denied ? failed : ToolResult.Failed($"Nothing was changed: {failed.Output}");
            return null;
        }

        problem = ToolResult.Ok("");
        return plan;
    }

    public ToolResult CarryOut(string key)
    {
        var staged = new List<StagedFile>();
        try
        {
            foreach (var change in _changes.Where(change => change.After is not null))
            {
                if (!StagedFile.Create(_workspace, change.Target, change.After!, key, change.Moves ? null : change.Stat, change.Mode).TryGet(out var file, out var problem))
                    return ToolResult.Failed($"Nothing was changed: {problem.Message}");
                staged.Add(file);
            }

            var done = new List<FileChange>();
            foreach (var change in _changes.OrderBy(change => change.After is null))
            {
                var failed = change.After is null ? null : staged.Find(file => file.Path == change.Target)!.Commit();
                if (failed is null && (change.After is null || change.Moves)) failed = Remove(change.Source);
                if (failed is not null) return ToolResult.Failed($"{failed.Message} {TakeBack([.. done, change], key)}");
                done.Add(change);
            }
        }
        finally
        {
            foreach (var file in staged) file.Dispose();
        }

        return ToolResult.Ok(Describe());
    }

    public string Describe() => string.Join('\n', _changes.Select(change => change.Summary));

    private ToolResult? Add(FilePatch file, HunkFit fit)
    {
        var source = _workspace.PathOf(file.Path);
        var target = file.MoveTo is null ? source : _workspace.PathOf(file.MoveTo);
        if (!StagedFile.Target(_workspace, source).TryGet(out var stat, out var problem)) return Builtin.Failed(_workspace, source, problem);
        if (file.Kind == PatchKind.Create)
        {
            if (stat is not null) return ToolResult.Failed($"'{source.Text}' exists already. Update it, or delete it in the patch.");
            var (created, broken) = fit.Apply("", file.Hunks, windowsLines: false);
            if (created is null || file.Hunks.Any(hunk => hunk.Lines.Any(line => line.Mark != '+'))) return ToolResult.Failed($"'{source.Text}' is created, so every line must begin with '+'. {broken}".TrimEnd());
            _changes.Add(new(source, source, null, [], Encoding.UTF8.GetBytes(created), file.Executable == true ? 0x1ed : null, $"created '{source.Text}' ({Builtin.Count(created.AsSpan().Count('\n'), "line")})"));
            return null;
        }

        if (stat is null) return Builtin.Failed(_workspace, source, FileProblems.From(Errno.NoEntry, source));
        if (!Before(source).TryGet(out var before, out problem)) return ToolResult.Failed(problem.Message);
        if (file.Kind == PatchKind.Delete)
        {
            _changes.Add(new(source, source, stat, before, null, null, $"deleted '{source.Text}'"));
            return null;
        }

        if (file.MoveTo is not null)
        {
            if (!StagedFile.Target(_workspace, target).TryGet(out var occupied, out problem)) return Builtin.Failed(_workspace, target, problem);
            if (occupied is not null) return ToolResult.Failed($"'{target.Text}' exists already, so '{source.Text}' cannot be moved there.");
        }

        return Update(file, fit, source, target, stat.Value, before);
    }

    private ToolResult? Update(FilePatch file, HunkFit fit, WorkspacePath source, WorkspacePath target, FileStat stat, byte[] before)
    {
        var after = before;
        var diff = "";
        if (file.Hunks.Count > 0)
        {
            if (!TextFile.Read(_workspace, source).TryGet(out var text, out var problem)) return ToolResult.Failed(problem.Message);
            var (changed, misfit) = fit.Apply(text.Text, file.Hunks, text.HasWindowsLines);
            if (changed is null) return ToolResult.Failed($"'{source.Text}', {misfit}");
            after = text.Encode(changed);
            stat = text.Stat;
            diff = "\n" + TextDiff.Describe(text.Text, changed);
        }

        var mode = file.Executable switch { true => stat.Mode | 0x49, false => stat.Mode & ~0x49, null => stat.Mode };
        var summary = (file.MoveTo is null ? $"changed '{source.Text}'" : $"moved '{source.Text}' to '{target.Text}'") + diff;
        _changes.Add(new(source, target, stat, before, after, mode, summary));
        return null;
    }

    private FileResult<byte[]> Before(WorkspacePath path)
    {
        if (!_workspace.OpenFile(path).TryGet(out var opened, out var problem)) return problem;
        using (opened) return TextFile.ReadBytes(opened, path);
    }

    private FileProblem? Remove(WorkspacePath path)
    {
        if (!_workspace.OpenParent(path, create: false).TryGet(out var parent, out var problem)) return problem;
        using (parent)
        {
            var errno = LinuxFiles.Unlink(parent, path.Name);
            if (errno == 0) errno = LinuxFiles.Sync(parent);
            return errno == 0 ? null : FileProblems.From(errno, path);
        }
    }

    // Only what is still as this patch left it is put back.
    private string TakeBack(IReadOnlyList<FileChange> done, string key)
    {
        var lost = new List<string>();
        foreach (var change in done.Reverse())
        {
            if (!StagedFile.Target(_workspace, change.Source).TryGet(out var now, out _)) lost.Add(change.Source.Text);
            if ((change.Stat is null || change.Moves) && WasWritten(change.Target, key) && Remove(change.Target) is not null) lost.Add(change.Target.Text);
            if (change.Stat is null || (now is { } same && same.IsSameContentAs(change.Stat.Value))) continue;
            if (!StagedFile.Create(_workspace, change.Source, change.Before, key + "/back", now, change.Stat.Value.Mode).TryGet(out var old, out _))
            {
                lost.Add(change.Source.Text);
                continue;
            }

            using (old)
            {
                if (old.Commit() is not null) lost.Add(change.Source.Text);
            }
        }

        return lost.Count == 0 ? "Everything was put back as it was." : $"These could not be put back: {string.Join(", ", lost.Distinct())}. Look at them.";
    }

    private bool WasWritten(WorkspacePath path, string key)
    {
        if (!_workspace.OpenFile(path).TryGet(out var opened, out _)) return false;
        using (opened) return StagedFile.WasWrittenBy(opened.Handle, key) ?? true;
    }

    /// <param name="Stat">Of the file before; null when there was none.</param>
    /// <param name="After">Null when the file is deleted.</param>
    private sealed record FileChange(WorkspacePath Source, WorkspacePath Target, FileStat? Stat, byte[] Before, byte[]? After, int? Mode, string Summary)
    {
        public bool Moves => Source != Target;
    }
}
