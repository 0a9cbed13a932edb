using System.Text.Json;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;
using Cadre.Server.Files;
using Cadre.Server.Files.Containers;
using Cadre.Storage.Documents;

namespace Cadre.Server.HostedTools;

/// <summary>OpenAI's "code_interpreter": Python in the sandbox. A thread has a container of its own, unless the request names one.</summary>
internal sealed class CodeInterpreter(CodeInterpreterParts parts) : IHostedTool
{
    private const string OwnPrefix = "own-";

    public ValueTask<IReadOnlyList<ITool>> ListAsync(RunId run, RunDefinition definition, CancellationToken cancellationToken) => ValueTask.FromResult<IReadOnlyList<ITool>>(
        HostedToolSettings.Find(definition, HostedToolSettings.CodeInterpreter) is { } settings ? [new CodeInterpreterTool(parts, this, run, definition, settings)] : []);

    /// <summary>The container of a run. Null when the request names one that is not there, or that has expired.</summary>
    public async ValueTask<Container?> ContainerAsync(RunId run, RunDefinition definition, JsonElement settings, CancellationToken cancellationToken)
    {
        var now = parts.Time.GetUtcNow();
        if (settings.TryGetProperty("container", out var named) && named.ValueKind == JsonValueKind.String)
        {
            return Container.IdOf(named.GetString()) is { } id && await parts.Containers.GetAsync(Scope.Of(definition.Owner), id, cancellationToken) is { } container && !container.IsExpired(now)
                ? container
                : null;
        }

        var own = new Container(OwnPrefix + (definition.Thread ?? run.ToString()), "auto") { CreatedAt = now, LastActiveAt = now };
        return await parts.Containers.EnsureAsync(own, definition.Owner, cancellationToken);
    }

    /// <summary>Sees to it that the files which belong to the run lie in its container.</summary>
    public async ValueTask BringFilesAsync(Container container, RunDefinition definition, JsonElement settings, CancellationToken cancellationToken)
    {
        var scope = Scope.Of(definition.Owner);
        var wanted = new List<string>();
        if (HostedToolSettings.ResourcesOf(definition) is { ValueKind: JsonValueKind.Object } resources && resources.TryGetProperty(HostedToolSettings.CodeInterpreter, out var own)) wanted.AddRange(FileIds(own));
        if (settings.TryGetProperty("container", out var auto)) wanted.AddRange(FileIds(auto));
        foreach (var id in wanted.Distinct())
        {
            if (await parts.Containers.GetFileAsync(scope, container.Id, id, cancellationToken) is not null) continue;
            if (await parts.Files.GetAsync(scope, id, cancellationToken) is not { } file) continue;
            var brought = new ContainerFile(file.Id, container.Id, ContainerFile.PathOf(file.Name) ?? file.WireId, file.Bytes, file.Hash, ContainerFile.User) { CreatedAt = parts.Time.GetUtcNow() };
            if (!await parts.Containers.AddAsync(brought, definition.Owner, cancellationToken)) break;
        }
    }

    private static IEnumerable<string> FileIds(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty("file_ids", out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => StoredFile.IdOf(item.GetString())).OfType<string>()
            : [];
}

/// <summary>What code interpreters work with.</summary>
internal sealed record CodeInterpreterParts(IStore Store, IBlobs Blobs, FileStore Files, ContainerStore Containers, CodeInterpreterRooms Rooms, TimeProvider Time);
