using System.Collections.Immutable;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Storage.Documents;
using Cadre.Wire.Files;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Files.VectorStores;

/// <summary>/v1/vector_stores/{store}/files.</summary>
internal sealed class StoreFileRoutes(ServerContext context)
{
    public static void Map(IEndpointRouteBuilder routes, ServerContext context)
    {
        var files = new StoreFileRoutes(context);
        const string all = "/v1/vector_stores/{store}/files";
        const string one = all + "/{file}";
        routes.MapPost(all, files.CreateAsync);
        routes.MapGet(all, files.ListAsync);
        routes.MapGet(one, files.GetAsync);
        routes.MapPost(one, files.UpdateAsync);
        routes.MapDelete(one, files.DeleteAsync);
        routes.MapGet(one + "/content", files.ContentAsync);
    }

    /// <summary>A page of a store's files, or of those of a batch.</summary>
    public static async Task ListAsync(ServerContext context, HttpContext http, VectorStore store, string? batch)
    {
        var list = ListQuery.Read(http);
        var where = ImmutableDictionary<string, string>.Empty;
        if (batch is not null) where = where.Add("batch", batch);
        if (http.Request.Query["filter"].ToString() is { Length: > 0 } status)
        {
            string[] known = [FileStatus.InProgress, FileStatus.Completed, FileStatus.Failed, FileStatus.Cancelled];
            where = known.Contains(status) ? where.Add("status", status) : throw ApiException.WrongValue("filter", status, known);
        }

        var query = new DocumentQuery(VectorStoreFile.Kind)
        {
            Parent = store.Id,
            After = Cursor.Of(list.After, "after", DocumentId),
            Before = Cursor.Of(list.Before, "before", DocumentId),
            Limit = list.Limit,
            Descending = list.Descending,
            Where = where,
        };
        var (files, hasMore) = await context.VectorStores.Records.ListFilesAsync(Caller.Of(http).Scope, query, http.RequestAborted) ?? throw Cursor.Unknown(list);
        var data = files.Select(file => file.ToWire()).ToList();
        await Respond.JsonAsync(http, new(data, data.FirstOrDefault()?.Id, data.LastOrDefault()?.Id, hasMore), FilesJson.Default.VectorStoreFilePage);

        string? DocumentId(string? wireId) => StoredFile.IdOf(wireId) is { } id ? VectorStoreFile.IdOf(store.Id, id) : null;
    }

    private async Task CreateAsync(HttpContext http)
    {
        var store = await VectorStoreRoutes.FindAsync(context, http);
        var scope = Caller.Of(http).Scope;
        var body = await RequestBody.ReadAsync(http);
        var fileId = VectorStoreFields.FileId(body);
        var added = VectorStoreRoutes.Added(store, fileId, VectorStoreFields.ChunkingOrAuto(body), context.Time.GetUtcNow()) with { Attributes = VectorStoreFields.Attributes(body) };
        await VectorStoreRoutes.RequireAsync(context, scope, store, [(fileId, "file_id")], http.RequestAborted);
        var changes = new FileChanges([fileId], (_, _) => added) { Store = current => current with { LastActiveAt = added.CreatedAt } };
        if (await context.VectorStores.Records.ChangeAsync(scope, store.Id, changes, http.RequestAborted) is null) throw VectorStoreRoutes.NotFound(VectorStore.Prefix + store.Id);
        context.VectorStores.Queue.Wake();
        await AnswerAsync(http, added);
    }

    private async Task ListAsync(HttpContext http) => await ListAsync(context, http, await VectorStoreRoutes.FindAsync(context, http), batch: null);

    private async Task GetAsync(HttpContext http) => await AnswerAsync(http, await FindAsync(http));

    private async Task UpdateAsync(HttpContext http)
    {
        var file = await FindAsync(http);
        var body = await RequestBody.ReadAsync(http);
        if (!body.Has("attributes")) throw ApiException.Missing("attributes");
        var attributes = VectorStoreFields.Attributes(body) ?? ImmutableDictionary<string, System.Text.Json.JsonElement>.Empty;
        var updated = await context.VectorStores.SetAttributesAsync(Caller.Of(http).Scope, file.StoreId, file.FileId, attributes, http.RequestAborted);
        await AnswerAsync(http, updated ?? throw NotFound(http));
    }

    private async Task DeleteAsync(HttpContext http)
    {
        var file = await FindAsync(http);
        await context.VectorStores.RemoveFileAsync(Caller.Of(http).Scope, file.StoreId, file.FileId, http.RequestAborted);
        await Respond.JsonAsync(http, new(StoredFile.Prefix + file.FileId, "vector_store.file.deleted"), FilesJson.Default.Deleted);
    }

    private async Task ContentAsync(HttpContext http)
    {
        var file = await FindAsync(http);
        var text = await context.VectorStores.Index.ReadTextAsync(file.StoreId, file.FileId, http.RequestAborted);
        await Respond.JsonAsync(http, new([.. text.Select(chunk => new ContentText(chunk))]), FilesJson.Default.FileContentPage);
    }

    private async Task<VectorStoreFile> FindAsync(HttpContext http)
    {
        var store = await VectorStoreRoutes.FindAsync(context, http);
        return StoredFile.IdOf((string)http.GetRouteValue("file")!) is { } id && await context.VectorStores.Records.GetFileAsync(Caller.Of(http).Scope, store.Id, id, http.RequestAborted) is { } file
            ? file
            : throw NotFound(http);
    }

    private static ApiException NotFound(HttpContext http) =>
        ApiException.NotFound($"No file found with id '{http.GetRouteValue("file")}' in vector store '{http.GetRouteValue("store")}'.", "file_id");

    private static async Task AnswerAsync(HttpContext http, VectorStoreFile file)
    {
        if (file.Status == FileStatus.InProgress) Respond.PollAfter(http, VectorStoreRoutes.PollAfter);
        await Respond.JsonAsync(http, file.ToWire(), FilesJson.Default.VectorStoreFileObject);
    }
}
