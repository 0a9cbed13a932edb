using System.Collections.Concurrent;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Server.Hosting;
using Cadre.Tools.Workspaces;

namespace Cadre.Server.Agents.Environments;

/// <summary>The workspace tools in the directory of a session's own environment. Commands run in the sandbox, without network.</summary>
internal sealed class EnvironmentTools(ServerParts parts) : IToolSource
{
    /// <summary>Key in a run's metadata: the environment's id.</summary>
    public const string Key = "agents.environment";

    /// <summary>Of the documents that stand for environments; they lie in their session.</summary>
    public const string Kind = "agent_environment";

    public const string Prefix = "env_";

    private const string Folder = "environments";
    private const UnixFileMode OwnersOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>What a run in an environment is offered; these names are taken.</summary>
    public static readonly string[] Names = ["list_directory", "glob", "read_file", "search", "write_file", "edit_file", "apply_patch", "run_command"];

    /// <summary>One while somebody works with it: its locks order edits made side by side. The directory is closed when nobody does.</summary>
    private readonly ConcurrentDictionary<string, WeakReference<Workspace>> _open = new(StringComparer.Ordinal);

    public ValueTask<IReadOnlyList<ITool>> ListAsync(Owner owner, CancellationToken cancellationToken) => ValueTask.FromResult<IReadOnlyList<ITool>>([]);

    public ValueTask<IReadOnlyList<ITool>> ListAsync(RunId run, RunDefinition definition, CancellationToken cancellationToken)
    {
        if (!definition.Metadata.TryGetValue(Key, out var id)) return ListAsync(definition.Owner, cancellationToken);
        return new WorkspaceTools(Open(id), parts.Sandbox, facts => parts.Policies.Current.Judge(facts), parts.Audit, new(), parts.Time).ListAsync(definition.Owner, cancellationToken);
    }

    public static string DirectoryOf(ServerParts parts, string id) => Path.Combine(parts.StateDirectory, Folder, id);

    public static void Make(ServerParts parts, string id)
    {
        var directory = DirectoryOf(parts, id);
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(directory);
        else Directory.CreateDirectory(directory, OwnersOnly);
    }

    /// <summary>After its session is gone. Links are removed, not followed.</summary>
    public static void Remove(ServerParts parts, string id)
    {
        var directory = DirectoryOf(parts, id);
        if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
    }

    private Workspace Open(string id)
    {
        lock (_open)
        {
            if (_open.TryGetValue(id, out var reference) && reference.TryGetTarget(out var open)) return open;
            foreach (var (other, closed) in _open)
            {
                if (!closed.TryGetTarget(out _)) _open.TryRemove(other, out _);
            }

            var workspace = Workspace.Open(DirectoryOf(parts, id));
            _open[id] = new(workspace);
            return workspace;
        }
    }
}
