using Cadre.Engine.Policies;
using Cadre.Engine.Ports;
using Cadre.Engine.Tools;

namespace Cadre.Tools.Workspaces;

/// <summary>The built-in tools for one workspace. All of them may be called side by side.</summary>
public sealed class WorkspaceTools : IToolSource
{
    private readonly ITool[] _tools;

    /// <param name="judge">
    /// The policy in force. The pipeline judges each call before it is made; here it is asked again for what a call only meets on its way: the
    /// target of a link, a file that a search finds, the host of a redirect.
    /// </param>
    public WorkspaceTools(Workspace workspace, ISandbox sandbox, Func<CallFacts, Verdict> judge, IAudit audit, WorkspaceToolOptions options, TimeProvider time)
    {
        var gate = new ReadGate(workspace, judge);
        List<ITool> tools =
        [
            new ListDirectoryTool(workspace, gate),
            new GlobTool(workspace, gate),
            new ReadFileTool(workspace, gate),
            new SearchTool(workspace, gate, time),
            new WriteFileTool(workspace),
            new EditFileTool(workspace),
            new ApplyPatchTool(workspace),
            new RunCommandTool(workspace, sandbox, options),
        ];
        if (options.AllowNetwork) tools.Add(new FetchUrlTool(judge, audit, options, time));
        _tools = [.. tools];
    }

    public ValueTask<IReadOnlyList<ITool>> ListAsync(Owner owner, CancellationToken cancellationToken) => ValueTask.FromResult<IReadOnlyList<ITool>>(_tools);
}
