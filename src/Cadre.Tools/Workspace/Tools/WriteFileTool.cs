using System.Text;
using System.Text.Json;
using Cadre.Engine.Policies;
using Cadre.Engine.Ports;
using Cadre.Engine.Tools;

namespace Cadre.Tools.Workspaces;

internal sealed class WriteFileTool(Workspace workspace) : ITool
{
    public ToolDescriptor Descriptor { get; } = Builtin.Describe(
        "write_file",
        Effect.Idempotent,
        "Writes a whole text file of the workspace: a new one, with the directories it needs, or in place of the old content. To change a part of a file use edit_file.",
        """
        {"type":"object","properties":{
          "path":{"type":"string","description":"File, relative to the workspace."},
          "content":{"type":"string","description":"The whole content."}},
         "required":["path","content"],"additionalProperties":false}
        """);

    public CallFacts Facts(JsonElement arguments) => new(Descriptor.Name, Builtin.Source, Descriptor.Effect, arguments)
    {
        Paths = [new(PathOf(arguments).Text, PathAccess.Write)],
    };

    public async ValueTask<ToolResult> CallAsync(ToolCall call, CancellationToken cancellationToken)
    {
        if (call.Arguments.RefuseBrokenUnicode() is { } refused) return refused;
        var path = PathOf(call.Arguments);
        var content = call.Arguments.Text("content");
        using var held = await workspace.LockAsync([path.Text], cancellationToken);

        if (!StagedFile.Target(workspace, path).TryGet(out var target, out var problem)) return Builtin.Failed(workspace, path, problem);
        var before = target is null ? null : TextFile.Read(workspace, path).TryGet(out var file, out _) ? file.Text : null;
        if (before == content) return ToolResult.Ok($"'{path.Text}' already has exactly this content; nothing was changed.");

        if (!StagedFile.Create(workspace, path, Encoding.UTF8.GetBytes(content), call.Key, target).TryGet(out var staged, out problem))
            return Builtin.Failed(workspace, path, problem);
        using (staged)
        {
            if (staged.Commit() is { } failed) return Builtin.Failed(workspace, path, failed);
        }

        var size = $"{Builtin.Count(content.AsSpan().Count('\n') + (content.EndsWith('\n') || content.Length == 0 ? 0 : 1), "line")}, {Builtin.Count(Encoding.UTF8.GetByteCount(content), "byte")}";
        return ToolResult.Ok(before is null
            ? $"{(target is null ? "Created" : "Replaced")} '{path.Text}': {size}."
            : $"Replaced '{path.Text}': {size}.\n{TextDiff.Describe(before, content)}".TrimEnd());
    }

    private WorkspacePath PathOf(JsonElement arguments) => workspace.PathOf(arguments.Text("path"));
}
