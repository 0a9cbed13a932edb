using System.Text.Json;
using Cadre.Engine.Policies;
using Cadre.Engine.Ports;
using Cadre.Engine.Tools;

namespace Cadre.Tools.Workspaces;

internal sealed class ApplyPatchTool(Workspace workspace) : ITool
{
    public ToolDescriptor Descriptor { get; } = Builtin.Describe(
        "apply_patch",
        Effect.Unsafe,
        "Applies a patch to files of the workspace, all of it or nothing: a unified diff (git's creations, deletions and renames included), or a block "
        + "'*** Begin Patch' … '*** End Patch' with '*** Add File: p', '*** Update File: p' ('*** Move to: q'), '*** Delete File: p'.",
        """
        {"type":"object","properties":{
          "patch":{"type":"string","minLength":1,"description":"The whole patch."}},
         "required":["patch"],"additionalProperties":false}
        """);

    public CallFacts Facts(JsonElement arguments)
    {
        var parsed = ParsedPatch.Parse(arguments.Text("patch"));
        return new(Descriptor.Name, Builtin.Source, Descriptor.Effect, arguments)
        {
            Paths = [.. parsed.Files.SelectMany(Uses)],
        };
    }

    public async ValueTask<ToolResult> CallAsync(ToolCall call, CancellationToken cancellationToken)
    {
        if (call.Arguments.RefuseBrokenUnicode() is { } refused) return refused;
        var parsed = ParsedPatch.Parse(call.Arguments.Text("patch"));
        if (parsed.Problem is { } malformed) return ToolResult.Failed(malformed);
        using var held = await workspace.LockAsync(PathsOf(parsed.Files), cancellationToken);
        return PatchPlan.Make(workspace, parsed.Files, out var problem)?.CarryOut(call.Key) ?? problem;
    }

    /// <summary>Certain when every file carries this call's mark, or when the patch still fits everywhere; a patch that was cut in the middle stays in doubt.</summary>
    public async ValueTask<Probed?> ProbeAsync(ToolCall call, CancellationToken cancellationToken)
    {
        var files = ParsedPatch.Parse(call.Arguments.Text("patch")).Files;
        using var held = await workspace.LockAsync(PathsOf(files), cancellationToken);
        var states = files.Select(file => StateOf(file, call.Key)).ToList();
        if (states.Count == 0) return Probed.DidNotHappen;
        if (states.TrueForAll(state => state == true)) return new(ToolResult.Ok("The patch was applied (found out after an interruption)."));
        return states.TrueForAll(state => state == false) && PatchPlan.Make(workspace, files, out _) is not null ? Probed.DidNotHappen : null;
    }

    private bool? StateOf(FilePatch file, string key)
    {
        var target = workspace.PathOf(file.MoveTo ?? file.Path);
        var stands = workspace.OpenFile(target).TryGet(out var opened, out var problem);
        if (!stands) return file.Kind == PatchKind.Delete ? (problem!.Kind == FileProblemKind.NotFound ? true : null) : problem!.Kind == FileProblemKind.NotFound ? false : null;
        using (opened)
        {
            if (file.Kind == PatchKind.Delete) return false;
            if (StagedFile.WasWrittenBy(opened!.Handle, key) != true) return file.Kind == PatchKind.Update && file.MoveTo is null ? false : null;
        }

        // A move is done when the old name is gone too.
        if (file.MoveTo is null) return true;
        var left = workspace.OpenFile(workspace.PathOf(file.Path)).TryGet(out var old, out _);
        old?.Dispose();
        return left ? null : true;
    }

    private IEnumerable<PathUse> Uses(FilePatch file)
    {
        var path = workspace.PathOf(file.Path).Text;
        yield return new(path, file.Kind == PatchKind.Delete || file.MoveTo is not null ? PathAccess.Delete : PathAccess.Write);
        if (file.MoveTo is not null) yield return new(workspace.PathOf(file.MoveTo).Text, PathAccess.Write);
    }

    private IEnumerable<string> PathsOf(IReadOnlyList<FilePatch> files) => files.SelectMany(Uses).Select(use => use.Path);
}
