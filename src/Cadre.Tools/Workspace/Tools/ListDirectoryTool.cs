using System.Globalization;
using System.Text;
using System.Text.Json;
using Cadre.Engine.Policies;
using Cadre.Engine.Ports;
using Cadre.Engine.Tools;

namespace Cadre.Tools.Workspaces;

internal sealed class ListDirectoryTool(Workspace workspace, ReadGate gate) : ITool
{
    public const int MaxDepth = 5;
    public const int MaxListed = 1_000;

    public ToolDescriptor Descriptor { get; } = Builtin.Describe(
        "list_directory",
        Effect.Read,
        "Lists what is in a directory of the workspace, with sizes. Directories end with '/'; those that .gitignore names are listed but not entered.",
        """
        {"type":"object","properties":{
          "path":{"type":"string","description":"Directory, relative to the workspace.","default":"."},
          "depth":{"type":"integer","minimum":1,"maximum":5,"description":"How many levels are listed.","default":1}},
         "additionalProperties":false}
        """);

    public CallFacts Facts(JsonElement arguments) => new(Descriptor.Name, Builtin.Source, Descriptor.Effect, arguments)
    {
        Paths = [new(PathOf(arguments).Text, PathAccess.Read)],
    };

    public ValueTask<ToolResult> CallAsync(ToolCall call, CancellationToken cancellationToken)
    {
        var path = PathOf(call.Arguments);
        if (!gate.OpenDirectory(path, Facts(call.Arguments)).TryGet(out var start, out var problem))
            return ValueTask.FromResult(Builtin.Failed(workspace, path, problem));

        var walk = new TreeWalk(workspace);
        var text = new StringBuilder();
        var listed = 0;
        foreach (var entry in walk.Entries(start, Math.Clamp(call.Arguments.Number("depth") ?? 1, 1, MaxDepth)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (listed++ == MaxListed)
            {
                text.Append(CultureInfo.InvariantCulture, $"[cut after {MaxListed:N0} entries: list a directory below, or use glob]\n");
                break;
            }

            text.Append(Describe(entry)).Append('\n');
        }

        if (walk.Incomplete is { } incomplete) text.Append(CultureInfo.InvariantCulture, $"[{incomplete}]\n");
        return ValueTask.FromResult(ToolResult.Ok(listed == 0 ? $"'{path.Text}' is empty." : text.ToString().TrimEnd('\n')));
    }

    private static string Describe(WalkEntry entry) => entry.Kind switch
    {
        EntryKind.Directory => entry.Below + "/" + (entry.Ignored ? " (ignored, not entered)" : ""),
        EntryKind.Link => $"{entry.Below} -> {entry.LinkTarget ?? "?"}",
        EntryKind.File => $"{entry.Below} ({Builtin.Count(entry.Stat?.Size ?? 0, "byte")}{(entry.Ignored ? ", ignored" : "")})",
        EntryKind.Special => entry.Below + " (pipe, socket or device)",
    };

    private WorkspacePath PathOf(JsonElement arguments) => workspace.PathOf(arguments.Text("path", "."));
}
