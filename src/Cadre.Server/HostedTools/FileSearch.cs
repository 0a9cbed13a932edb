using System.Text.Json;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Server.Files.VectorStores;
using Cadre.Storage.Documents;

namespace Cadre.Server.HostedTools;

/// <summary>
/// OpenAI's "file_search" ("retrieval" in older programs): the vector stores that the request, the assistant and the thread name.
/// </summary>
internal sealed class FileSearch(VectorStores stores) : IHostedTool
{
    public const string OlderName = "retrieval";

    /// <summary>Vector stores of a run that are searched; what is named beyond is left out.</summary>
    private const int MaxStores = 16;

    /// <summary>How long a search waits for files that are still being read.</summary>
    private static readonly TimeSpan IngestionPatience = TimeSpan.FromSeconds(60);

    public ValueTask<IReadOnlyList<ITool>> ListAsync(RunId run, RunDefinition definition, CancellationToken cancellationToken)
    {
        var settings = HostedToolSettings.Find(definition, HostedToolSettings.FileSearch) ?? HostedToolSettings.Find(definition, OlderName);
        return ValueTask.FromResult<IReadOnlyList<ITool>>(settings is { } asked ? [new FileSearchTool(this, definition, asked)] : []);
    }

    /// <summary>The stores that the run names, when what is being read into them has been read.</summary>
    public async ValueTask<IReadOnlyList<string>> StoresAsync(RunDefinition definition, JsonElement settings, CancellationToken cancellationToken)
    {
        var named = Texts(settings, "vector_store_ids").Concat(
            HostedToolSettings.ResourcesOf(definition) is { ValueKind: JsonValueKind.Object } resources && resources.TryGetProperty(HostedToolSettings.FileSearch, out var own)
                ? Texts(own, "vector_store_ids")
                : []);
        var ids = named.Select(VectorStore.IdOf).OfType<string>().Distinct().Take(MaxStores).ToList();
        await stores.SettledAsync(Scope.Of(definition.Owner), ids, IngestionPatience, cancellationToken);
        return ids;
    }

    public ValueTask<IReadOnlyList<Knowledge.Found>> SearchAsync(Owner owner, IReadOnlyList<string> ids, string query, Func<string, Knowledge.SearchRequest> request, CancellationToken cancellationToken) =>
        stores.SearchAsync(Scope.Of(owner), ids, [query], request, cancellationToken);

    private static IEnumerable<string> Texts(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)
            : [];
}
