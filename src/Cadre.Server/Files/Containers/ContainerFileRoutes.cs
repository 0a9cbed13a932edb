using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Storage.Documents;
using Cadre.Wire.Files;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Files.Containers;

/// <summary>/v1/containers/{container}/files.</summary>
internal sealed class ContainerFileRoutes(ServerContext context)
{
    /// <summary>Of a file: more the interpreter's memory does not hold.</summary>
    private const long MaxBytes = 64L << 20;

    public static void Map(IEndpointRouteBuilder routes, ServerContext context)
    {
        var files = new ContainerFileRoutes(context);
        const string all = "/v1/containers/{container}/files";
        const string one = all + "/{file}";
        routes.MapPost(all, files.CreateAsync);
        routes.MapGet(all, files.ListAsync);
        routes.MapGet(one, files.GetAsync);
        routes.MapDelete(one, files.DeleteAsync);
        routes.MapGet(one + "/content", files.ContentAsync);
    }

    /// <summary>A file that a caller puts into a container.</summary>
    public static ContainerFile Given(Container container, StoredFile file, DateTimeOffset now) =>
        new(file.Id, container.Id, ContainerFile.PathOf(file.Name) ?? file.WireId, file.Bytes, file.Hash, ContainerFile.User) { CreatedAt = now };

    /// <summary>Either one of the organisation's files by its id (JSON or form), or a new one (form).</summary>
    private async Task CreateAsync(HttpContext http)
    {
        var container = await ContainerRoutes.FindAsync(context, http);
        if (container.IsExpired(context.Time.GetUtcNow())) throw ApiException.BadRequest($"The container '{Container.Prefix}{container.Id}' has expired.", null, "expired");
        var file = Given(container, await SourceAsync(http), context.Time.GetUtcNow());
        if (!await context.Containers.AddAsync(file, Caller.Of(http).Owner, http.RequestAborted))
            throw ApiException.BadRequest($"A container has at most {Container.MaxFiles} files.", null, "too_many_files");
        await Respond.JsonAsync(http, file.ToWire(), FilesJson.Default.ContainerFileObject);
    }

    private async Task<StoredFile> SourceAsync(HttpContext http)
    {
        if (!http.Request.HasFormContentType)
        {
            var body = await RequestBody.ReadAsync(http);
            if (body.Text("file") is not null) throw ApiException.BadRequest("A file is sent as multipart/form-data; JSON names one by 'file_id'.", "file", "invalid_value");
            return await NamedAsync(http, body.RequiredText("file_id"));
        }

        var form = await MultipartForm.ReadAsync(http, "file", MaxBytes, context.Blobs);
        if (form.File is { } content) return context.Files.Describe(content.Name, "user_data", content.Blob);
        return await NamedAsync(http, form.Values.GetValueOrDefault("file_id") ?? throw ApiException.Missing("file"));
    }

    private async Task<StoredFile> NamedAsync(HttpContext http, string wireId) =>
        StoredFile.IdOf(wireId) is { } id && await context.Files.GetAsync(Caller.Of(http).Scope, id, http.RequestAborted) is { } file
            ? file
            : throw ApiException.NotFound($"No such File object: {wireId}", "file_id");

    private async Task ListAsync(HttpContext http)
    {
        var container = await ContainerRoutes.FindAsync(context, http);
        var list = ListQuery.Read(http);
        var query = new DocumentQuery(ContainerFile.Kind)
        {
            Parent = container.Id,
            After = Cursor.Of(list.After, "after", DocumentId),
            Before = Cursor.Of(list.Before, "before", DocumentId),
            Limit = list.Limit,
            Descending = list.Descending,
        };
        var (files, hasMore) = await context.Containers.ListFilesAsync(Caller.Of(http).Scope, query, http.RequestAborted) ?? throw Cursor.Unknown(list);
        var data = files.Select(file => file.ToWire()).ToList();
        await Respond.JsonAsync(http, new(data, data.FirstOrDefault()?.Id, data.LastOrDefault()?.Id, hasMore), FilesJson.Default.ContainerFilePage);

        string? DocumentId(string? wireId) => ContainerFile.IdOf(wireId) is { } id ? ContainerFile.DocumentIdOf(container.Id, id) : null;
    }

    private async Task GetAsync(HttpContext http) => await Respond.JsonAsync(http, (await FindAsync(http)).ToWire(), FilesJson.Default.ContainerFileObject);

    private async Task DeleteAsync(HttpContext http)
    {
        var file = await FindAsync(http);
        await context.Containers.DeleteFileAsync(Caller.Of(http).Scope, file, http.RequestAborted);
        await Respond.JsonAsync(http, new(ContainerFile.Prefix + file.Id, "container.file.deleted"), FilesJson.Default.Deleted);
    }

    private async Task ContentAsync(HttpContext http)
    {
        var file = await FindAsync(http);
        var content = context.Blobs.Open(file.Hash) ?? throw new InvalidDataException($"The content of {ContainerFile.Prefix}{file.Id} is not there.");
        await Download.SendAsync(http, content, file.Path.Split('/')[^1], file.Hash);
    }

    private async Task<ContainerFile> FindAsync(HttpContext http)
    {
        var container = await ContainerRoutes.FindAsync(context, http);
        var wireId = (string)http.GetRouteValue("file")!;
        return ContainerFile.IdOf(wireId) is { } id && await context.Containers.GetFileAsync(Caller.Of(http).Scope, container.Id, id, http.RequestAborted) is { } file
            ? file
            : throw ApiException.NotFound($"No file found with id '{wireId}' in container '{Container.Prefix}{container.Id}'.", "file_id");
    }
}
