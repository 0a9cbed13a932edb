using Cadre.Engine.Tools;
using Cadre.Knowledge;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Storage.Documents;
using Cadre.Wire.Files;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Files.VectorStores;

/// <summary>/v1/vector_stores.</summary>
internal sealed class VectorStoreRoutes(ServerContext context)
{
    /// <summary>As OpenAI limits them in a request.</summary>
    private const int MaxFiles = 500;

    private const int MaxNameLength = 256;

    /// <summary>Reading a file takes about this long.</summary>
    public static readonly TimeSpan PollAfter = TimeSpan.FromMilliseconds(200);

    public static void Map(IEndpointRouteBuilder routes, ServerContext context)
    {
        var stores = new VectorStoreRoutes(context);
        routes.MapPost("/v1/vector_stores", stores.CreateAsync);
        routes.MapGet("/v1/vector_stores", stores.ListAsync);
        routes.MapGet("/v1/vector_stores/{store}", stores.GetAsync);
        routes.MapPost("/v1/vector_stores/{store}", stores.UpdateAsync);
        routes.MapDelete("/v1/vector_stores/{store}", stores.DeleteAsync);
    }

    /// <summary>The store that the route names, within the caller's reach.</summary>
    public static async Task<VectorStore> FindAsync(ServerContext context, HttpContext http)
    {
        var wireId = (string)http.GetRouteValue("store")!;
        return VectorStore.IdOf(wireId) is { } id && await context.VectorStores.Records.GetAsync(Caller.Of(http).Scope, id, http.RequestAborted) is { } store ? store : throw NotFound(wireId);
    }

    public static ApiException NotFound(string wireId) => ApiException.NotFound($"Vector store with id '{wireId}' not found.", "vector_store_id");

    /// <summary>A new file of a store; the ticket is of this time of being added.</summary>
    public static VectorStoreFile Added(VectorStore store, string fileId, Chunking chunking, DateTimeOffset now) => new(store.Id, fileId)
    {
        Status = FileStatus.InProgress,
        CreatedAt = now,
        MaxTokens = chunking.MaxTokens,
        OverlapTokens = chunking.OverlapTokens,
        Ticket = Ids.New(),
    };

    /// <summary>Refuses files that are not there, and more than a store may hold.</summary>
    public static async Task RequireAsync(ServerContext context, Scope scope, VectorStore store, IReadOnlyList<(string FileId, string Parameter)> files, CancellationToken cancellationToken)
    {
        if (store.IsExpired(context.Time.GetUtcNow())) throw ApiException.BadRequest($"The vector store '{VectorStore.Prefix}{store.Id}' has expired.", null, "expired");
        if (store.Counts.Total + files.Count > VectorStore.MaxFiles) throw ApiException.BadRequest($"A vector store has at most {VectorStore.MaxFiles} files.", null, "too_many_files");
        foreach (var (fileId, parameter) in files)
        {
            if (await context.Files.GetAsync(scope, fileId, cancellationToken) is null) throw VectorStoreFields.NoSuchFile(StoredFile.Prefix + fileId, parameter);
        }
    }

    public static IReadOnlyList<(string FileId, string Parameter)> FileIds(Fields body, int max)
    {
        var ids = body.Texts("file_ids", max) ?? [];
        return [.. ids.Select((id, index) => (StoredFile.IdOf(id) ?? throw VectorStoreFields.NoSuchFile(id, $"file_ids[{index}]"), $"file_ids[{index}]")).DistinctBy(file => file.Item1)];
    }

    private async Task CreateAsync(HttpContext http)
    {
        var caller = Caller.Of(http);
        var body = await RequestBody.ReadAsync(http);
        var store = await CreateAsync(context, caller.Owner, body, http.RequestAborted);
        await AnswerAsync(http, store);
    }

    /// <summary>Makes a store of a request's members; the faces whose requests hold one (Assistants' <c>tool_resources</c>) use it too.</summary>
    public static async Task<VectorStore> CreateAsync(ServerContext context, Owner owner, Fields body, CancellationToken cancellationToken)
    {
        var now = context.Time.GetUtcNow();
        var store = new VectorStore(Ids.New())
        {
            Name = body.Text("name", MaxNameLength),
            Description = body.Text("description", 512),
            Metadata = body.Metadata() is { } metadata ? [.. metadata] : null,
            ExpiresAfterDays = VectorStoreFields.ExpiresAfterDays(body),
            CreatedAt = now,
            LastActiveAt = now,
        };
        var chunking = VectorStoreFields.ChunkingOrAuto(body);
        var files = FileIds(body, MaxFiles);
        var scope = Scope.Of(owner);
        await RequireAsync(context, scope, store, files, cancellationToken);
        await context.VectorStores.Records.CreateAsync(store, owner, cancellationToken);
        if (files.Count == 0) return store;
        var filled = await context.VectorStores.Records.ChangeAsync(scope, store.Id, new([.. files.Select(file => file.FileId)], (id, _) => Added(store, id, chunking, now)), cancellationToken);
        context.VectorStores.Queue.Wake();
        return filled ?? store;
    }

    private async Task ListAsync(HttpContext http)
    {
        var list = ListQuery.Read(http);
        var query = new DocumentQuery(VectorStore.Kind)
        {
            After = Cursor.Of(list.After, "after", VectorStore.IdOf),
            Before = Cursor.Of(list.Before, "before", VectorStore.IdOf),
            Limit = list.Limit,
            Descending = list.Descending,
        };
        var (stores, hasMore) = await context.VectorStores.Records.ListAsync(Caller.Of(http).Scope, query, http.RequestAborted) ?? throw Cursor.Unknown(list);
        var data = stores.Select(store => store.ToWire(context.Time.GetUtcNow())).ToList();
        await Respond.JsonAsync(http, new(data, data.FirstOrDefault()?.Id, data.LastOrDefault()?.Id, hasMore), FilesJson.Default.VectorStorePage);
    }

    private async Task GetAsync(HttpContext http) => await AnswerAsync(http, await FindAsync(context, http));

    private async Task UpdateAsync(HttpContext http)
    {
        var store = await FindAsync(context, http);
        var body = await RequestBody.ReadAsync(http);
        var name = body.Text("name", MaxNameLength);
        var metadata = body.Metadata();
        var days = VectorStoreFields.ExpiresAfterDays(body);
        var updated = await context.VectorStores.Records.UpdateAsync(Caller.Of(http).Scope, store.Id, current => current with
        {
            Name = name ?? (body.Has("name") ? null : current.Name),
            Metadata = metadata is not null ? [.. metadata] : body.Has("metadata") ? null : current.Metadata,
            ExpiresAfterDays = days ?? (body.Has("expires_after") ? null : current.ExpiresAfterDays),
            LastActiveAt = context.Time.GetUtcNow(),
        }, http.RequestAborted);
        await AnswerAsync(http, updated ?? throw NotFound(VectorStore.Prefix + store.Id));
    }

    private async Task DeleteAsync(HttpContext http)
    {
        var store = await FindAsync(context, http);
        await context.VectorStores.DeleteAsync(Caller.Of(http).Scope, store.Id, http.RequestAborted);
        await Respond.JsonAsync(http, new(VectorStore.Prefix + store.Id, "vector_store.deleted"), FilesJson.Default.Deleted);
    }

    private async Task AnswerAsync(HttpContext http, VectorStore store)
    {
        if (store.Counts.InProgress > 0) Respond.PollAfter(http, PollAfter);
        await Respond.JsonAsync(http, store.ToWire(context.Time.GetUtcNow()), FilesJson.Default.VectorStoreObject);
    }
}
