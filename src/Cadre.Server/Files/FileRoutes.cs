using Cadre.Server.Http;
using Cadre.Server.Hosting;
using Cadre.Server.Identity;
using Cadre.Storage.Documents;
using Cadre.Wire.Files;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Files;

/// <summary>/v1/files.</summary>
internal sealed class FileRoutes(ServerContext context)
{
    /// <summary>As OpenAI limits a file.</summary>
    public const long MaxBytes = 512L << 20;

    /// <summary>As OpenAI pages files: all of them, unless the caller wants fewer.</summary>
    private const int PageLimit = 10_000;

    public static readonly string[] Purposes = ["assistants", "user_data", "vision", "batch", "fine-tune", "evals"];

    public static void Map(IEndpointRouteBuilder routes, ServerContext context)
    {
        var files = new FileRoutes(context);
        routes.MapPost("/v1/files", files.CreateAsync);
        routes.MapGet("/v1/files", files.ListAsync);
        routes.MapGet("/v1/files/{id}", files.GetAsync);
        routes.MapDelete("/v1/files/{id}", files.DeleteAsync);
        routes.MapGet("/v1/files/{id}/content", files.ContentAsync);
    }

    /// <summary>The file that the route names, within the caller's reach.</summary>
    public static async Task<StoredFile> FindAsync(ServerContext context, HttpContext http, string wireId) =>
        StoredFile.IdOf(wireId) is { } id && await context.Files.GetAsync(Caller.Of(http).Scope, id, http.RequestAborted) is { } file
            ? file
            : throw ApiException.NotFound($"No such File object: {wireId}", "id");

    private async Task CreateAsync(HttpContext http)
    {
        var caller = Caller.Of(http);
        var form = await MultipartForm.ReadAsync(http, "file", MaxBytes, context.Blobs);
        var content = form.File ?? throw ApiException.Missing("file");
        var purpose = form.Values.GetValueOrDefault("purpose") ?? throw ApiException.Missing("purpose");
        if (!Purposes.Contains(purpose)) throw ApiException.WrongValue("purpose", purpose, Purposes);
        var expiresAt = context.Time.GetUtcNow() + FileExpiry.Read(form.Values);
        var file = await context.Files.AddAsync(context.Files.Describe(content.Name, purpose, content.Blob, expiresAt), caller.Owner, http.RequestAborted);
        await Respond.JsonAsync(http, file.ToWire(), FilesJson.Default.FileObject);
    }

    private async Task ListAsync(HttpContext http)
    {
        var list = ListQuery.Read(http, PageLimit, PageLimit);
        var query = new DocumentQuery(StoredFile.Kind)
        {
            After = Cursor.Of(list.After, "after", StoredFile.IdOf),
            Before = Cursor.Of(list.Before, "before", StoredFile.IdOf),
            Limit = list.Limit,
            Descending = list.Descending,
            Where = http.Request.Query["purpose"].ToString() is { Length: > 0 } purpose ? new Dictionary<string, string> { ["purpose"] = purpose } : [],
        };
        var (files, hasMore) = await context.Files.ListAsync(Caller.Of(http).Scope, query, http.RequestAborted) ?? throw Cursor.Unknown(list);
        var data = files.Select(file => file.ToWire()).ToList();
        await Respond.JsonAsync(http, new(data, data.FirstOrDefault()?.Id, data.LastOrDefault()?.Id, hasMore), FilesJson.Default.FilePage);
    }

    private async Task GetAsync(HttpContext http) =>
        await Respond.JsonAsync(http, (await FindAsync(context, http, (string)http.GetRouteValue("id")!)).ToWire(), FilesJson.Default.FileObject);

    private async Task DeleteAsync(HttpContext http)
    {
        var file = await FindAsync(context, http, (string)http.GetRouteValue("id")!);
        var scope = Caller.Of(http).Scope;
        await context.VectorStores.ForgetFileAsync(scope, file.Id, http.RequestAborted);
        await context.Store.CommitAsync([new Change.Delete(scope, StoredFile.Kind, file.Id)], http.RequestAborted);
        await Respond.JsonAsync(http, new(file.WireId, "file"), FilesJson.Default.Deleted);
    }

    private async Task ContentAsync(HttpContext http)
    {
        var file = await FindAsync(context, http, (string)http.GetRouteValue("id")!);
        await Download.SendAsync(http, context.Files.Open(file), file.Name, file.Hash);
    }
}
