using System.Buffers;
using System.Text.Json;
using Cadre.Engine.Tools;
using Cadre.Server.Files;
using Cadre.Server.Files.VectorStores;
using Cadre.Server.HostedTools;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Storage.Documents;

namespace Cadre.Server.Assistants;

/// <summary>The files and vector stores that tools may use (<c>tool_resources</c>): of an assistant, of a thread, and of both together.</summary>
internal static class ToolResources
{
    public const string Name = "tool_resources";
    public const string FileIds = "file_ids";
    public const string VectorStoreIds = "vector_store_ids";
    private const string NewStores = "vector_stores";
    private const int MaxFiles = 20;
    private const int MaxStores = 1;

    private static readonly (string Tool, string List)[] Lists = [(HostedToolSettings.CodeInterpreter, FileIds), (HostedToolSettings.FileSearch, VectorStoreIds)];

    /// <summary>
    /// The member as it came; null when it is absent. Files and vector stores that the owner's organisation does not have are refused; a vector store that it describes
    /// is created, and named in its place.
    /// </summary>
    public static async ValueTask<JsonElement?> ReadAsync(ServerContext context, Owner owner, Fields body, CancellationToken cancellationToken)
    {
        if (Read(body) is not { } resources) return null;
        await RequireAsync(context, Scope.Of(owner), resources, cancellationToken);
        if (resources.Object(HostedToolSettings.FileSearch) is not { } search || search.Objects(NewStores, MaxStores) is not [var described]) return resources.Raw;
        var store = await VectorStoreRoutes.CreateAsync(context, owner, described, cancellationToken);
        return With(resources.Raw, HostedToolSettings.FileSearch, VectorStoreIds, [VectorStore.Prefix + store.Id]);
    }

    private static async ValueTask RequireAsync(ServerContext context, Scope scope, Fields resources, CancellationToken cancellationToken)
    {
        foreach (var file in Of(resources.Raw, HostedToolSettings.CodeInterpreter, FileIds))
        {
            if (StoredFile.IdOf(file) is { } id && await context.Files.GetAsync(scope, id, cancellationToken) is not null) continue;
            throw VectorStoreFields.NoSuchFile(file, $"{resources.Path}.{HostedToolSettings.CodeInterpreter}.{FileIds}");
        }

        foreach (var store in Of(resources.Raw, HostedToolSettings.FileSearch, VectorStoreIds))
        {
            if (VectorStore.IdOf(store) is { } id && await context.VectorStores.Records.GetAsync(scope, id, cancellationToken) is not null) continue;
            throw ApiException.NotFound($"No vector store found with id '{store}'.", $"{resources.Path}.{HostedToolSettings.FileSearch}.{VectorStoreIds}");
        }
    }

    /// <summary>Refuses what no program could read back.</summary>
    public static Fields? Read(Fields body)
    {
        if (body.Object(Name) is not { } resources) return null;
        resources.Object(HostedToolSettings.CodeInterpreter)?.Texts(FileIds, MaxFiles);
        resources.Object(HostedToolSettings.FileSearch)?.Texts(VectorStoreIds, MaxStores);
        return resources;
    }

    /// <summary>Everything that one of them names, each once; null when none names anything.</summary>
    public static JsonElement? Union(params ReadOnlySpan<JsonElement?> resources)
    {
        JsonElement? union = null;
        foreach (var (tool, list) in Lists)
        {
            List<string> ids = [];
            foreach (var resource in resources) ids.AddRange(Of(resource, tool, list).Where(id => !ids.Contains(id)));
            if (ids.Count > 0) union = With(union, tool, list, ids);
        }

        return union;
    }

    /// <summary>What is named of a tool.</summary>
    public static IEnumerable<string> Of(JsonElement? resources, string tool, string list)
    {
        if (resources is not { ValueKind: JsonValueKind.Object } all
            || !all.TryGetProperty(tool, out var of) || of.ValueKind != JsonValueKind.Object
            || !of.TryGetProperty(list, out var ids) || ids.ValueKind != JsonValueKind.Array) yield break;
        foreach (var id in ids.EnumerateArray())
        {
            if (id.ValueKind == JsonValueKind.String) yield return id.GetString()!;
        }
    }

    /// <summary>The resources with more ids of a tool; what else they say stays, but for stores that were to be created.</summary>
    public static JsonElement With(JsonElement? resources, string tool, string list, IReadOnlyList<string> ids)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (resources is { } all)
            {
                foreach (var other in all.EnumerateObject().Where(member => member.Name != tool)) other.WriteTo(json);
            }

            json.WriteStartObject(tool);
            if (resources is { } whole && whole.TryGetProperty(tool, out var old) && old.ValueKind == JsonValueKind.Object)
            {
                foreach (var other in old.EnumerateObject().Where(member => member.Name != list && member.Name != NewStores)) other.WriteTo(json);
            }

            json.WriteStartArray(list);
            foreach (var id in Of(resources, tool, list).Concat(ids).Distinct()) json.WriteStringValue(id);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }
}
