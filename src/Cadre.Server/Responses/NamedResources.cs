using System.Collections.Immutable;
using System.Text.Json;
using Cadre.Server.Files;
using Cadre.Server.Files.Containers;
using Cadre.Server.Files.VectorStores;
using Cadre.Server.HostedTools;
using Cadre.Server.Http;
using Cadre.Server.Threads;
using Cadre.Storage.Documents;

namespace Cadre.Server.Responses;

/// <summary>Refuses a request that names files, vector stores or containers which the caller does not have.</summary>
internal sealed class NamedResources(IStore store, Scope scope)
{
    public async ValueTask CheckAsync(ResponseRequest request, ImmutableArray<ThreadItem> input, CancellationToken cancellationToken)
    {
        await CheckStoresAsync(request.ToolList, cancellationToken);
        foreach (var said in input.Select(item => item.Body).OfType<ItemBody.Said>())
        {
            foreach (var part in said.Parts)
            {
                var file = part switch { Part.File given => given.FileId, Part.Image image => image.FileId, _ => null };
                if (file is not null) await CheckFileAsync(file, "input", cancellationToken);
            }
        }
    }

    private async ValueTask CheckStoresAsync(JsonElement? tools, CancellationToken cancellationToken)
    {
        if (tools is not { ValueKind: JsonValueKind.Array } list) return;
        foreach (var tool in list.EnumerateArray().Select((tool, index) => new Fields(tool, $"tools[{index}]")))
        {
            if (tool.Text("type") == HostedToolSettings.CodeInterpreter) await CheckContainerAsync(tool, cancellationToken);
            if (tool.Text("type") != HostedToolSettings.FileSearch) continue;
            foreach (var id in tool.Texts("vector_store_ids") ?? [])
            {
                if (VectorStore.IdOf(id) is not { } known || await store.GetAsync(scope, VectorStore.Kind, known, cancellationToken) is null)
                    throw ApiException.NotFound($"Vector store with id ['{id}'] not found.", tool.At("vector_store_ids"));
            }
        }
    }

    /// <summary>A container is named by its id, or described for one to be made.</summary>
    private async ValueTask CheckContainerAsync(Fields tool, CancellationToken cancellationToken)
    {
        if (tool.Any("container") is { ValueKind: JsonValueKind.Object } described)
        {
            var container = new Fields(described, tool.At("container"));
            foreach (var file in container.Texts("file_ids") ?? []) await CheckFileAsync(StoredFile.IdOf(file) ?? file, container.At("file_ids"), cancellationToken);
        }

        if (tool.Any("container") is not { ValueKind: JsonValueKind.String } named) return;
        if (Container.IdOf(named.GetString()) is not { } id || await store.GetAsync(scope, Container.Kind, id, cancellationToken) is null)
            throw ApiException.NotFound($"Container with id '{named.GetString()}' not found.", tool.At("container"));
    }

    private async ValueTask CheckFileAsync(string id, string parameter, CancellationToken cancellationToken)
    {
        if (await store.GetAsync(scope, StoredFile.Kind, id, cancellationToken) is null)
            throw ApiException.NotFound($"Files ['{StoredFile.Prefix}{id}'] were not found.", parameter);
    }
}
