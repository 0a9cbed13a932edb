using System.Text.Json;
using Cadre.Engine.Policies;
using Cadre.Engine.Ports;
using Cadre.Engine.Tools;

namespace Cadre.Tools.Workspaces;

internal sealed class GlobTool(Workspace workspace, ReadGate gate) : ITool
{
    public const int MaxListed = 1_000;

    public ToolDescriptor Descriptor { get; } = Builtin.Describe(
        "glob",
        Effect.Read,
        "Finds files by name. '*' and '?' stay within a name, '**' stands for any directories, '{a,b}' for alternatives; a pattern without '/' is "
        + "looked for at any depth; one that ends with '/' finds directories. Leaves out what .gitignore names, and .git.",
        """
        {"type":"object","properties":{
          "pattern":{"type":"string","minLength":1,"maxLength":1000,"description":"For example '*.cs', 'src/**/*.{ts,tsx}', 'docs/*.md'."},
          "path":{"type":"string","description":"Directory to search below, relative to the workspace.","default":"."}},
         "required":["pattern"],"additionalProperties":false}
        """);

    public CallFacts Facts(JsonElement arguments) => new(Descriptor.Name, Builtin.Source, Descriptor.Effect, arguments)
    {
        Paths = [new(PathOf(arguments).Text, PathAccess.Read)],
    };

    public ValueTask<ToolResult> CallAsync(ToolCall call, CancellationToken cancellationToken)
    {
        var pattern = call.Arguments.Text("pattern");
        if (FileGlob.Parse(pattern, out var broken) is not { } glob) return ValueTask.FromResult(ToolResult.Failed(broken));
        var path = PathOf(call.Arguments);
        if (!gate.OpenDirectory(path, Facts(call.Arguments)).TryGet(out var start, out var problem))
            return ValueTask.FromResult(Builtin.Failed(workspace, path, problem));

        var walk = new TreeWalk(workspace);
        var found = new List<string>();
        foreach (var entry in walk.Entries(start))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (entry.Ignored || (entry.Kind == EntryKind.Directory) != glob.MatchesDirectories || !glob.Matches(entry.Below)) continue;
            if (found.Count == MaxListed)
            {
                found.Add($"[cut after {MaxListed:N0}: use a narrower pattern or path]");
                break;
            }

            found.Add(entry.Path + (entry.Kind == EntryKind.Directory ? "/" : ""));
        }

        if (found.Count == 0) found.Add($"Nothing below '{path.Text}' matches '{pattern}' (what .gitignore names is left out).");
        if (walk.Incomplete is { } incomplete) found.Add($"[{incomplete}]");
        return ValueTask.FromResult(ToolResult.Ok(string.Join('\n', found)));
    }

    private WorkspacePath PathOf(JsonElement arguments) => workspace.PathOf(arguments.Text("path", "."));
}
