using Cadre.Engine.Ports;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Tools.Mcp;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.McpEndpoints;

/// <summary>Sets endpoints up, shows them, changes and removes them.</summary>
internal sealed class EndpointRoutes(ServerContext context)
{
    private readonly LiveEndpoints _live = context.McpEndpoints;
    private readonly EndpointForm _form = new(context.Parts, context.McpEndpoints.Secrets);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(McpEndpointsFace.Path, CreateAsync);
        routes.MapGet(McpEndpointsFace.Path, ListAsync);
        routes.MapGet(McpEndpointsFace.Path + "/{name}", GetAsync);
        routes.MapPatch(McpEndpointsFace.Path + "/{name}", ChangeAsync);
        routes.MapDelete(McpEndpointsFace.Path + "/{name}", DeleteAsync);
    }

    private async Task CreateAsync(HttpContext http)
    {
        var caller = Caller.Administrator(http);
        var id = Ids.New();
        var definition = _form.Created(await RequestBody.ReadAsync(http), caller.Organisation, id);
        if (await _live.IsOperatorsAsync(definition.Name, http.RequestAborted)) throw ApiException.Conflict($"The operator of this server has an MCP endpoint '{definition.Name}' for everybody.", "name_taken");
        if ((await _live.Definitions.ListAsync(caller.Organisation, http.RequestAborted)).Length >= EndpointStore.MaxPerOrganisation)
            throw ApiException.Conflict($"An organisation has at most {EndpointStore.MaxPerOrganisation} MCP endpoints.", "too_many_endpoints");
        await AuditAsync(caller, "created", definition, http.RequestAborted);
        if (!await _live.Definitions.CreateAsync(caller.Organisation, id, definition, http.RequestAborted)) throw ApiException.Conflict($"There is an MCP endpoint '{definition.Name}' already.", "name_taken");
        var made = await _live.Definitions.FindAsync(caller.Organisation, definition.Name, http.RequestAborted);
        await AnswerAsync(http, made!, StatusCodes.Status201Created);
    }

    private async Task ListAsync(HttpContext http)
    {
        var caller = Caller.Of(http);
        var endpoints = await _live.Definitions.ListAsync(caller.Organisation, http.RequestAborted);
        var shown = new List<(KnownEndpoint Endpoint, string Status)>();
        foreach (var endpoint in endpoints) shown.Add((endpoint, await StatusAsync(endpoint, caller, http.RequestAborted)));
        await Respond.ListAsync(http, shown, hasMore: false, (json, each) => EndpointRendering.Write(json, each.Endpoint, each.Status));
    }

    private async Task GetAsync(HttpContext http) => await AnswerAsync(http, await McpEndpointsFace.FindAsync(http, _live));

    private async Task ChangeAsync(HttpContext http)
    {
        var caller = Caller.Administrator(http);
        var endpoint = await McpEndpointsFace.FindAsync(http, _live);
        var body = await RequestBody.ReadAsync(http);
        var id = _form.Url(body) is { } url && url != endpoint.Definition.Url ? Ids.New() : endpoint.Id;
        var definition = _form.Changed(body, endpoint, id);
        await AuditAsync(caller, "changed", definition, http.RequestAborted);
        if (!await _live.Definitions.ReplaceAsync(endpoint, id, definition, http.RequestAborted)) throw ApiException.Conflict("The endpoint was changed by somebody else meanwhile.", "changed_meanwhile");
        await _live.RemoveAsync(endpoint.Id);
        await AnswerAsync(http, await McpEndpointsFace.FindAsync(http, _live));
    }

    private async Task DeleteAsync(HttpContext http)
    {
        var caller = Caller.Administrator(http);
        var endpoint = await McpEndpointsFace.FindAsync(http, _live);
        await AuditAsync(caller, "deleted", endpoint.Definition, http.RequestAborted);
        await _live.Definitions.DeleteAsync(endpoint, http.RequestAborted);
        await _live.RemoveAsync(endpoint.Id);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task AnswerAsync(HttpContext http, KnownEndpoint endpoint, int status = StatusCodes.Status200OK)
    {
        var word = await StatusAsync(endpoint, Caller.Of(http), http.RequestAborted);
        await Respond.WriteAsync(http, json => EndpointRendering.Write(json, endpoint, word), status);
    }

    /// <summary>As it was when it was asked last, "unknown" before; for a caller whose token it lacks, that.</summary>
    private async ValueTask<string> StatusAsync(KnownEndpoint endpoint, Caller caller, CancellationToken cancellationToken)
    {
        if (!endpoint.Definition.Enabled) return "disabled";
        if (await _live.IsOperatorsAsync(endpoint.Name, cancellationToken)) return "shadowed";
        if (LiveEndpoints.UserOf(endpoint, caller.User) is { } user && !await _live.Of(endpoint).IsSignedInAsync(user, cancellationToken)) return HealthLog.Word(McpStatus.SignInRequired);
        return (await _live.Health.ReadAsync(endpoint, cancellationToken)).FirstOrDefault()?.Status ?? "unknown";
    }

    private ValueTask AuditAsync(Caller caller, string action, EndpointDefinition definition, CancellationToken cancellationToken) => context.Engine.Audit.WriteAsync(
        new(context.Time.GetUtcNow(), AuditKinds.McpEndpoint, caller.Author, null, null, new Dictionary<string, string>
        {
            ["endpoint"] = definition.Name,
            ["action"] = action,
            ["url"] = definition.Url,
            ["headers"] = string.Join(',', definition.Headers?.Keys ?? []),
            ["sign_in"] = definition.SignIn.ToString().ToLowerInvariant(),
            ["enabled"] = definition.Enabled ? "true" : "false",
            ["organisation"] = caller.Organisation,
            ["user"] = caller.User,
        }),
        cancellationToken);
}
