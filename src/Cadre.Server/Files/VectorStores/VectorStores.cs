using System.Text.Json;
using Cadre.Engine.Tools;
using Cadre.Knowledge;
using Cadre.Storage.Documents;
using Microsoft.Extensions.Logging;

namespace Cadre.Server.Files.VectorStores;

/// <summary>Vector stores as the server uses them: records, queue and index.</summary>
public sealed class VectorStores
{
    /// <summary>A search that comes this soon after another leaves the time of the last activity as it is.</summary>
    private static readonly TimeSpan ActivityPrecision = TimeSpan.FromMinutes(1);

    private readonly TimeProvider _time;

    internal VectorStores(IStore store, IBlobs blobs, FileStore files, KnowledgeIndex index, TimeProvider time, ILoggerFactory log)
    {
        (Records, Index, _time) = (new(store, time), index, time);
        Queue = new(Records, files, blobs, index, time, log.CreateLogger<IngestionQueue>());
    }

    internal VectorStoreRecords Records { get; }
    internal IngestionQueue Queue { get; }
    internal KnowledgeIndex Index { get; }

    /// <summary>Searches the stores of the scope; ids of others, and stores that have expired, are passed over.</summary>
    /// <param name="stores">Without a prefix.</param>
    /// <param name="queries">A chunk that several of them find counts by its best score.</param>
    public async ValueTask<IReadOnlyList<Found>> SearchAsync(Scope scope, IEnumerable<string> stores, IReadOnlyList<string> queries, Func<string, SearchRequest> request, CancellationToken cancellationToken)
    {
        var reachable = new List<string>();
        foreach (var id in stores.Distinct())
        {
            if (await Records.GetAsync(scope, id, cancellationToken) is not { } store || store.IsExpired(_time.GetUtcNow())) continue;
            await Records.TouchAsync(scope, store, ActivityPrecision, cancellationToken);
            reachable.Add(id);
        }

        var found = new List<Found>();
        var limit = 0;
        foreach (var query in queries)
        {
            var wanted = request(query);
            limit = wanted.MaxResults;
            found.AddRange(await Index.SearchAsync(reachable, wanted, cancellationToken));
        }

        return queries.Count == 1 ? found : [.. found.GroupBy(chunk => (chunk.Store, chunk.FileId, chunk.Index)).Select(same => same.MaxBy(chunk => chunk.Score)!).OrderByDescending(chunk => chunk.Score).Take(limit)];
    }

    /// <summary>Waits until nothing in these stores is in progress, but no longer than this.</summary>
    internal async ValueTask SettledAsync(Scope scope, IReadOnlyList<string> ids, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var enough = new CancellationTokenSource(patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(enough.Token, cancellationToken);
        foreach (var id in ids)
        {
            while (!enough.IsCancellationRequested)
            {
                var finished = Queue.Finished;
                if (await Records.GetAsync(scope, id, cancellationToken) is not { Counts.InProgress: > 0 }) break;
                await finished.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>Takes a file out of a store.</summary>
    internal async ValueTask RemoveFileAsync(Scope scope, string storeId, string fileId, CancellationToken cancellationToken)
    {
        await Records.ChangeAsync(scope, storeId, new([fileId], (_, _) => null), cancellationToken);
        Queue.Tell();
        await Index.RemoveAsync(storeId, fileId, cancellationToken);
    }

    /// <summary>Takes a file that is deleted out of all stores of the scope.</summary>
    public async ValueTask ForgetFileAsync(Scope scope, string fileId, CancellationToken cancellationToken)
    {
        var query = new DocumentQuery(VectorStoreFile.Kind) { Limit = VectorStore.MaxFiles, Where = new Dictionary<string, string> { ["file_id"] = fileId } };
        var (files, _) = await Records.ListFilesAsync(scope, query, cancellationToken) ?? ([], false);
        foreach (var file in files) await RemoveFileAsync(scope, file.StoreId, fileId, cancellationToken);
    }

    internal async ValueTask DeleteAsync(Scope scope, string id, CancellationToken cancellationToken)
    {
        await Records.DeleteAsync(scope, id, cancellationToken);
        await Index.DeleteAsync(id, cancellationToken);
    }

    /// <summary>Throws a damaged index away and reads the store's files again.</summary>
    internal async ValueTask RebuildAsync(Owner owner, string id, CancellationToken cancellationToken)
    {
        await Index.DeleteAsync(id, cancellationToken);
        await Queue.RepeatAsync(owner, id, cancellationToken);
    }

    /// <summary>Replaces a file's attributes. Null when it is not there.</summary>
    internal async ValueTask<VectorStoreFile?> SetAttributesAsync(Scope scope, string storeId, string fileId, IReadOnlyDictionary<string, JsonElement> attributes, CancellationToken cancellationToken)
    {
        VectorStoreFile? changed = null;
        await Records.ChangeAsync(scope, storeId, new([fileId], (_, file) => changed = file is null ? null : file with { Attributes = [.. attributes] }), cancellationToken);
        if (changed is { Status: FileStatus.Completed }) await Index.SetAttributesAsync(storeId, fileId, attributes, cancellationToken);
        return changed;
    }
}
