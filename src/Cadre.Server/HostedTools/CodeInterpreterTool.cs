using System.Text.Json;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Server.Files;
using Cadre.Server.Files.Containers;
using Cadre.Storage.Documents;

namespace Cadre.Server.HostedTools;

/// <summary>
/// One run of code. Its files, and a document that holds its result under the call's key, are made in one transaction; all else that it did was in the sandbox's memory. So a
/// call that was interrupted has happened if and only if that document is there, and may be made again if it is not.
/// </summary>
internal sealed class CodeInterpreterTool(CodeInterpreterParts parts, CodeInterpreter interpreter, RunId run, RunDefinition definition, JsonElement settings) : ITool
{
    private const string MarkKind = "interpreter_call";

    /// <summary>A crash is looked into long before.</summary>
    private static readonly TimeSpan MarkKept = TimeSpan.FromDays(7);

    /// <summary>Of one call, without the wait for others.</summary>
    private static readonly TimeSpan Wall = TimeSpan.FromSeconds(60);

    private static readonly ToolDescriptor Description = new(
        new(HostedToolSettings.CodeInterpreter,
            $"Runs Python in a sandbox without network. Variables stay between calls. Files are in {CodeInterpreterProcess.Root}: given ones are there, and those written there are kept and can be linked as sandbox:{CodeInterpreterProcess.Root}/NAME. "
            + "What is printed, and the value of the last expression, is returned. A call takes at most 60 seconds.",
            JsonDocument.Parse("""{"type":"object","properties":{"code":{"type":"string","description":"Python source."}},"required":["code"],"additionalProperties":false}""").RootElement),
        Effect.Unsafe,
        new("builtin:interpreter", "1", "code_interpreter-1"))
    {
        Timeout = TimeSpan.FromMinutes(5),
        OutputLimit = 80_000,
    };

    private Scope Scope => Scope.Of(definition.Owner);

    public ToolDescriptor Descriptor => Description;

    public async ValueTask<Probed?> ProbeAsync(ToolCall call, CancellationToken cancellationToken) =>
        await parts.Store.GetAsync(Scope, MarkKind, call.Key, cancellationToken) is { } mark ? new(CodeInterpreterResult.Read(mark.Body)) : Probed.DidNotHappen;

    public async ValueTask<ToolResult> CallAsync(ToolCall call, CancellationToken cancellationToken)
    {
        var code = call.Arguments.GetProperty("code").GetString()!;
        if (await interpreter.ContainerAsync(run, definition, settings, cancellationToken) is not { } container)
            return ToolResult.Failed("The container that the request names is not there, or it has expired.");
        await interpreter.BringFilesAsync(container, definition, settings, cancellationToken);
        var room = await parts.Rooms.EnterAsync(container.Id, cancellationToken);
        try
        {
            return await RunAsync(call, code, container, room, cancellationToken);
        }
        catch (SandboxUnavailableException unavailable)
        {
            return ToolResult.Failed($"Code cannot be run here: {unavailable.Message}");
        }
        finally
        {
            await parts.Rooms.LeaveAsync(room);
        }
    }

    private async Task<ToolResult> RunAsync(ToolCall call, string code, Container container, CodeInterpreterRooms.Room room, CancellationToken cancellationToken)
    {
        var present = await parts.Containers.FilesAsync(Scope, container.Id, cancellationToken);
        using var wall = new CancellationTokenSource(Wall, parts.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(wall.Token, cancellationToken);
        try
        {
            var (process, isNew) = await parts.Rooms.ProcessAsync(room, either.Token);
            await PutAsync(process, present, either.Token);
            var answer = await process.RunAsync(code, parts.Blobs, either.Token);
            return await RecordAsync(call, container, present, process, new(code, answer, isNew && container.Used == true));
        }
        catch (IOException) when (!wall.IsCancellationRequested)
        {
            await CodeInterpreterRooms.EndAsync(room);
            return Lost("The interpreter ended while it ran the code (it was told to, or it took too much memory).");
        }
        catch (Exception stopped) when (stopped is OperationCanceledException or IOException)
        {
            await CodeInterpreterRooms.EndAsync(room);
            cancellationToken.ThrowIfCancellationRequested();
            return Lost($"The code took longer than {Wall.TotalSeconds:0} seconds and was ended.");
        }

        ToolResult Lost(string why) => CodeInterpreterResult.Failed(code, container, $"{why} Variables, and what this call wrote, are gone; files of earlier calls are kept.");
    }

    private async Task PutAsync(CodeInterpreterProcess process, IReadOnlyList<ContainerFile> present, CancellationToken cancellationToken)
    {
        var room = CodeInterpreterProcess.DiskBytes;
        foreach (var file in present)
        {
            if (process.Inside.TryGetValue(file.Path, out var hash) && hash == file.Hash || file.Bytes > room || parts.Blobs.Open(file.Hash) is not { } content) continue;
            await using (content) await process.PutAsync(file.Path, content, file.Bytes, cancellationToken);
            process.Inside[file.Path] = file.Hash;
            room -= file.Bytes;
        }
    }

    /// <summary>Not to be cancelled: what has run is recorded.</summary>
    private async Task<ToolResult> RecordAsync(ToolCall call, Container container, IReadOnlyList<ContainerFile> present, CodeInterpreterProcess process, CodeInterpreterResult.Ran ran)
    {
        var now = parts.Time.GetUtcNow();
        var made = new List<ContainerFile>();
        var changes = new List<Change>();
        foreach (var (path, content) in ran.Answer.Files)
        {
            if (ContainerFile.Checked(path) is not { } good || present.Count + made.Count >= Container.MaxFiles) continue;
            var stored = parts.Files.Describe(good.Split('/')[^1], StoredFile.OutputPurpose, content);
            changes.Add(new Change.Create(FileStore.Document(stored, definition.Owner)));
            made.Add(new(stored.Id, container.Id, good, content.Bytes, content.Hash, ContainerFile.Assistant) { CreatedAt = now });
            process.Inside[good] = content.Hash;
        }

        var result = CodeInterpreterResult.Of(ran, container, made);
        changes.AddRange(ContainerStore.Replacing(Scope, present, made, definition.Owner));
        changes.Add(parts.Containers.Touched(container, definition.Owner));
        changes.Add(new Change.Put(new(MarkKind, call.Key, definition.Owner, CodeInterpreterResult.Write(result)) { CreatedAt = now, ExpiresAt = now + MarkKept }));
        await parts.Store.CommitAsync(changes, CancellationToken.None);
        return result;
    }
}
