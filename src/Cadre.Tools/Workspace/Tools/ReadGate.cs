using Cadre.Engine.Policies;

namespace Cadre.Tools.Workspaces;

/// <summary>
/// Asks the policy again where a call arrives at a file that its facts could not name: behind a link, or found by a search. Such a file is
/// read only when the verdict on it is no stricter than the one the call itself passed.
/// </summary>
internal sealed class ReadGate(Workspace workspace, Func<CallFacts, Verdict> judge)
{
    public FileResult<OpenedEntry> OpenFile(WorkspacePath path, CallFacts facts) => Gate(workspace.OpenFile(path), path, facts);

    public FileResult<OpenedEntry> OpenDirectory(WorkspacePath path, CallFacts facts) => Gate(workspace.OpenDirectory(path), path, facts);

    /// <summary>A test for the files that a call finds.</summary>
    public Func<string, bool> Allows(CallFacts facts)
    {
        var passed = judge(facts).Kind;
        return passed == VerdictKind.Deny ? _ => false : path => judge(facts with { Paths = [new(path, PathAccess.Read)] }).Kind <= passed;
    }

    private FileResult<OpenedEntry> Gate(FileResult<OpenedEntry> result, WorkspacePath path, CallFacts facts)
    {
        if (!result.TryGet(out var opened, out _) || opened.Path == path.Text) return result;
        var verdict = judge(facts with { Paths = [new(opened.Path, PathAccess.Read)] });
        if (verdict.Kind <= judge(facts).Kind) return result;
        opened.Dispose();
        return new FileProblem(FileProblemKind.Link, $"'{path.Text}' leads by a link to '{opened.Path}', which rule {verdict.Rule} does not let this call read ({verdict.Because})");
    }
}
