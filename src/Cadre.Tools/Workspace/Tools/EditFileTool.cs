using System.Text.Json;
using Cadre.Engine.Policies;
using Cadre.Engine.Ports;
using Cadre.Engine.Tools;

namespace Cadre.Tools.Workspaces;

internal sealed class EditFileTool(Workspace workspace) : ITool
{
    public ToolDescriptor Descriptor { get; } = Builtin.Describe(
        "edit_file",
        Effect.Unsafe,
        "Replaces text in a file of the workspace. old_text must be in the file exactly once, character by character with its indentation; include "
        + "lines around it to make it unique, or set replace_all.",
        """
        {"type":"object","properties":{
          "path":{"type":"string","description":"File, relative to the workspace."},
          "old_text":{"type":"string","minLength":1,"description":"The text to be replaced, exactly as it is in the file."},
          "new_text":{"type":"string","description":"What stands there afterwards; empty removes the old text."},
          "replace_all":{"type":"boolean","description":"Replaces every occurrence.","default":false}},
         "required":["path","old_text","new_text"],"additionalProperties":false}
        """);

    public CallFacts Facts(JsonElement arguments) => new(Descriptor.Name, Builtin.Source, Descriptor.Effect, arguments)
    {
        Paths = [new(PathOf(arguments).Text, PathAccess.Write)],
    };

    public async ValueTask<ToolResult> CallAsync(ToolCall call, CancellationToken cancellationToken)
    {
        if (call.Arguments.RefuseBrokenUnicode() is { } refused) return refused;
        var path = PathOf(call.Arguments);
        using var held = await workspace.LockAsync([path.Text], cancellationToken);
        if (!Read(path).TryGet(out var file, out var problem)) return Builtin.Failed(workspace, path, problem);
        if (!TextEdit.From(call.Arguments, file).TryApply(file.Text, path, out var after, out var summary)) return ToolResult.Failed(summary);

        if (!StagedFile.Create(workspace, path, file.Encode(after), call.Key, file.Stat).TryGet(out var staged, out problem))
            return Builtin.Failed(workspace, path, problem);
        using (staged)
        {
            if (staged.Commit() is { } failed) return Builtin.Failed(workspace, path, failed);
        }

        return ToolResult.Ok($"{summary}\n{TextDiff.Describe(file.Text, after)}");
    }

    public async ValueTask<Probed?> ProbeAsync(ToolCall call, CancellationToken cancellationToken)
    {
        var path = PathOf(call.Arguments);
        using var held = await workspace.LockAsync([path.Text], cancellationToken);
        if (!workspace.OpenFile(path).TryGet(out var opened, out _)) return null;
        using (opened)
        {
            if (StagedFile.WasWrittenBy(opened.Handle, call.Key) == true) return new(ToolResult.Ok($"Edited '{path.Text}' (found out after an interruption)."));
            return TextFile.Read(opened, path).TryGet(out var file, out _) ? TextEdit.From(call.Arguments, file).Probe(file.Text, path) : null;
        }
    }

    private FileResult<TextFile> Read(WorkspacePath path)
    {
        if (!StagedFile.Target(workspace, path).TryGet(out var target, out var problem)) return problem;
        return target is null ? FileProblems.From(Errno.NoEntry, path) : TextFile.Read(workspace, path);
    }

    private WorkspacePath PathOf(JsonElement arguments) => workspace.PathOf(arguments.Text("path"));
}
