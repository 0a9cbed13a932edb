using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Storage.Documents;
using Cadre.Wire.Files;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Files.Containers;

/// <summary>/v1/containers.</summary>
internal sealed class ContainerRoutes(ServerContext context)
{
    private const int MaxNameLength = 256;

    /// <summary>A day: what OpenAI's 20 minutes may be stretched to.</summary>
    private const int MaxMinutes = 1_440;

    public static void Map(IEndpointRouteBuilder routes, ServerContext context)
    {
        var containers = new ContainerRoutes(context);
        routes.MapPost("/v1/containers", containers.CreateAsync);
        routes.MapGet("/v1/containers", containers.ListAsync);
        routes.MapGet("/v1/containers/{container}", containers.GetAsync);
        routes.MapDelete("/v1/containers/{container}", containers.DeleteAsync);
    }

    /// <summary>The container that the route names, within the caller's reach.</summary>
    public static async Task<Container> FindAsync(ServerContext context, HttpContext http)
    {
        var wireId = (string)http.GetRouteValue("container")!;
        return Container.IdOf(wireId) is { } id && await context.Containers.GetAsync(Caller.Of(http).Scope, id, http.RequestAborted) is { } container
            ? container
            : throw ApiException.NotFound($"Container with id '{wireId}' not found.", "container_id");
    }

    private async Task CreateAsync(HttpContext http)
    {
        var caller = Caller.Of(http);
        var body = await RequestBody.ReadAsync(http);
        var name = body.RequiredText("name", MaxNameLength, 1);
        body.Word("memory_limit", "1g", "4g", "16g", "64g");
        if (body.Object("network_policy")?.Word("type", "disabled", "allowlist") == "allowlist")
            throw ApiException.BadRequest("Containers of this server have no network: 'network_policy' can only be 'disabled'.", "network_policy", "unsupported_value");
        if (body.Objects("skills") is { Count: > 0 }) throw ApiException.BadRequest("Containers of this server take no skills.", "skills", "unsupported_value");
        var files = await FilesAsync(http, body);
        var now = context.Time.GetUtcNow();
        var container = new Container(Ids.New(), name) { CreatedAt = now, LastActiveAt = now, ExpiresAfterMinutes = Minutes(body) ?? Container.DefaultMinutes };
        await context.Containers.EnsureAsync(container, caller.Owner, http.RequestAborted);
        foreach (var file in files) await context.Containers.AddAsync(ContainerFileRoutes.Given(container, file, now), caller.Owner, http.RequestAborted);
        await AnswerAsync(http, container);
    }

    private async Task<IReadOnlyList<StoredFile>> FilesAsync(HttpContext http, Fields body)
    {
        var files = new List<StoredFile>();
        foreach (var (id, index) in (body.Texts("file_ids", Container.MaxFiles) ?? []).Select((id, index) => (id, index)))
        {
            files.Add(StoredFile.IdOf(id) is { } bare && await context.Files.GetAsync(Caller.Of(http).Scope, bare, http.RequestAborted) is { } file
                ? file
                : throw ApiException.NotFound($"No such File object: {id}", $"file_ids[{index}]"));
        }

        return files;
    }

    private static int? Minutes(Fields body)
    {
        if (body.Object("expires_after") is not { } expiry) return null;
        if (expiry.Word("anchor", "last_active_at") is null) throw ApiException.Missing(expiry.At("anchor"));
        return (int)(expiry.Integer("minutes", 1, MaxMinutes) ?? throw ApiException.Missing(expiry.At("minutes")));
    }

    private async Task ListAsync(HttpContext http)
    {
        var list = ListQuery.Read(http);
        var query = new DocumentQuery(Container.Kind)
        {
            After = Cursor.Of(list.After, "after", Container.IdOf),
            Before = Cursor.Of(list.Before, "before", Container.IdOf),
            Limit = list.Limit,
            Descending = list.Descending,
            Where = http.Request.Query["name"].ToString() is { Length: > 0 } name ? new Dictionary<string, string> { ["name"] = name } : [],
        };
        var (containers, hasMore) = await context.Containers.ListAsync(Caller.Of(http).Scope, query, http.RequestAborted) ?? throw Cursor.Unknown(list);
        var data = containers.Select(container => container.ToWire(context.Time.GetUtcNow())).ToList();
        await Respond.JsonAsync(http, new(data, data.FirstOrDefault()?.Id, data.LastOrDefault()?.Id, hasMore), FilesJson.Default.ContainerPage);
    }

    private async Task GetAsync(HttpContext http) => await AnswerAsync(http, await FindAsync(context, http));

    private async Task DeleteAsync(HttpContext http)
    {
        var container = await FindAsync(context, http);
        await context.Containers.DeleteAsync(Caller.Of(http).Scope, container.Id, http.RequestAborted);
        await Respond.JsonAsync(http, new(Container.Prefix + container.Id, "container.deleted"), FilesJson.Default.Deleted);
    }

    private Task AnswerAsync(HttpContext http, Container container) => Respond.JsonAsync(http, container.ToWire(context.Time.GetUtcNow()), FilesJson.Default.ContainerObject);
}
