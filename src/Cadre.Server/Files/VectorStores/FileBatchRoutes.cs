using System.Collections.Immutable;
using System.Text.Json;
using Cadre.Knowledge;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Wire.Files;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Files.VectorStores;

/// <summary>/v1/vector_stores/{store}/file_batches.</summary>
internal sealed class FileBatchRoutes(ServerContext context)
{
    /// <summary>As OpenAI limits a batch.</summary>
    private const int MaxFiles = 2_000;

    public static void Map(IEndpointRouteBuilder routes, ServerContext context)
    {
        var batches = new FileBatchRoutes(context);
        const string all = "/v1/vector_stores/{store}/file_batches";
        const string one = all + "/{batch}";
        routes.MapPost(all, batches.CreateAsync);
        routes.MapGet(one, batches.GetAsync);
        routes.MapPost(one + "/cancel", batches.CancelAsync);
        routes.MapGet(one + "/files", batches.ListFilesAsync);
    }

    private async Task CreateAsync(HttpContext http)
    {
        var store = await VectorStoreRoutes.FindAsync(context, http);
        var scope = Caller.Of(http).Scope;
        var files = Read(await RequestBody.ReadAsync(http));
        await VectorStoreRoutes.RequireAsync(context, scope, store, [.. files.Values.Select(file => (file.FileId, file.Parameter))], http.RequestAborted);
        var now = context.Time.GetUtcNow();
        var batch = new FileBatch(Ids.New(), store.Id) { CreatedAt = now };
        var changes = new FileChanges([.. files.Keys], (id, _) => VectorStoreRoutes.Added(store, id, files[id].Chunking, now) with { Attributes = files[id].Attributes, Batch = batch.Id })
        {
            NewBatch = batch,
            Store = current => current with { LastActiveAt = now },
        };
        if (await context.VectorStores.Records.ChangeAsync(scope, store.Id, changes, http.RequestAborted) is null) throw VectorStoreRoutes.NotFound(VectorStore.Prefix + store.Id);
        context.VectorStores.Queue.Wake();
        await AnswerAsync(http, batch with { Counts = new(InProgress: files.Count) });
    }

    private async Task GetAsync(HttpContext http) => await AnswerAsync(http, await FindAsync(http));

    private async Task CancelAsync(HttpContext http)
    {
        await context.VectorStores.Records.CancelAsync(Caller.Of(http).Scope, await FindAsync(http), http.RequestAborted);
        context.VectorStores.Queue.Tell();
        await AnswerAsync(http, await FindAsync(http));
    }

    private async Task ListFilesAsync(HttpContext http)
    {
        var batch = await FindAsync(http);
        await StoreFileRoutes.ListAsync(context, http, await VectorStoreRoutes.FindAsync(context, http), batch.Id);
    }

    /// <summary>Either all files alike ("file_ids"), or each with what is its own ("files").</summary>
    private static Dictionary<string, Wanted> Read(Fields body)
    {
        if (body.Has("file_ids") && body.Has("files")) throw ApiException.BadRequest("Only one of 'file_ids' and 'files' can be given.", "files", "mutually_exclusive_parameters");
        IEnumerable<Wanted> wanted;
        if (body.Objects("files", MaxFiles) is { } files)
        {
            wanted = files.Select(file => new Wanted(VectorStoreFields.FileId(file), file.At("file_id"), VectorStoreFields.ChunkingOrAuto(file), VectorStoreFields.Attributes(file)));
        }
        else
        {
            if (!body.Has("file_ids")) throw ApiException.Missing("file_ids");
            var (chunking, attributes) = (VectorStoreFields.ChunkingOrAuto(body), VectorStoreFields.Attributes(body));
            wanted = VectorStoreRoutes.FileIds(body, MaxFiles).Select(file => new Wanted(file.FileId, file.Parameter, chunking, attributes));
        }

        var byId = new Dictionary<string, Wanted>(StringComparer.Ordinal);
        foreach (var file in wanted) byId[file.FileId] = file;
        return byId.Count > 0 ? byId : throw ApiException.BadRequest("Invalid 'file_ids': empty array. Expected an array with minimum length 1.", "file_ids", "empty_array");
    }

    private async Task<FileBatch> FindAsync(HttpContext http)
    {
        var store = await VectorStoreRoutes.FindAsync(context, http);
        var wireId = (string)http.GetRouteValue("batch")!;
        return FileBatch.IdOf(wireId) is { } id && await context.VectorStores.Records.GetBatchAsync(Caller.Of(http).Scope, store.Id, id, http.RequestAborted) is { } batch
            ? batch
            : throw ApiException.NotFound($"No file batch found with id '{wireId}'.", "batch_id");
    }

    private static async Task AnswerAsync(HttpContext http, FileBatch batch)
    {
        if (batch.Counts.InProgress > 0) Respond.PollAfter(http, VectorStoreRoutes.PollAfter);
        await Respond.JsonAsync(http, batch.ToWire(), FilesJson.Default.FileBatchObject);
    }

    private sealed record Wanted(string FileId, string Parameter, Chunking Chunking, ImmutableDictionary<string, JsonElement>? Attributes);
}
