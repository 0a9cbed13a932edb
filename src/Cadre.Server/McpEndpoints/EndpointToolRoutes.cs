using System.Collections.Immutable;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Tools.Mcp.Calls;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.McpEndpoints;

/// <summary>What an endpoint lists, how it does, and the approval of what changed at it.</summary>
internal sealed class EndpointToolRoutes(LiveEndpoints live)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(McpEndpointsFace.Path + "/{name}/tools", ToolsAsync);
        routes.MapPost(McpEndpointsFace.Path + "/{name}/approve", ApproveAsync);
        routes.MapGet(McpEndpointsFace.Path + "/{name}/health", HealthAsync);
        routes.MapGet(McpEndpointsFace.Path + "/{name}/health/history", HistoryAsync);
    }

    private async Task ToolsAsync(HttpContext http)
    {
        var (endpoint, client) = await FindAsync(http);
        var listed = await client.ListAsync(live: true, http.RequestAborted);
        await live.Health.NoteUseAsync(endpoint, listed, http.RequestAborted);
        await Respond.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteString("status", HealthLog.Word(listed.Status));
            json.WriteString("reason", listed.Reason);
            json.WriteStartArray("data");
            foreach (var tool in listed.Tools) EndpointRendering.Write(json, tool.Listed);
            json.WriteEndArray();
            json.WriteBoolean("has_more", false);
            json.WriteEndObject();
        });
    }

    /// <summary>Body: <c>tool</c> (all that wait, without it) and <c>hashes</c>, those of the definitions that the administrator has seen: nothing else is approved.</summary>
    private async Task ApproveAsync(HttpContext http)
    {
        var caller = Caller.Administrator(http);
        var (_, client) = await FindAsync(http);
        var body = await RequestBody.ReadAsync(http);
        var seen = body.Texts("hashes", EndpointClient.MaxTools) ?? throw ApiException.Missing("hashes");
        var approval = await client.ApproveAsync(body.Text("tool"), seen.ToImmutableHashSet(StringComparer.Ordinal), caller.Author, http.RequestAborted);
        if (approval.Refusal is { } refusal) throw ApiException.Conflict(refusal, "not_approved");
        await Respond.ListAsync(http, approval.Approved, hasMore: false, EndpointRendering.Write);
    }

    private async Task HealthAsync(HttpContext http)
    {
        var (endpoint, client) = await FindAsync(http);
        var health = await client.HealthAsync(http.RequestAborted);
        await live.Health.AddAsync(endpoint, health, http.RequestAborted);
        await Respond.WriteAsync(http, json => EndpointRendering.Write(json, health));
    }

    private async Task HistoryAsync(HttpContext http)
    {
        var endpoint = await McpEndpointsFace.FindAsync(http, live);
        await Respond.ListAsync(http, await live.Health.ReadAsync(endpoint, http.RequestAborted), hasMore: false, EndpointRendering.Write);
    }

    private async ValueTask<(KnownEndpoint Endpoint, EndpointClient Client)> FindAsync(HttpContext http)
    {
        var endpoint = await McpEndpointsFace.FindAsync(http, live);
        return (endpoint, live.ClientOf(endpoint, Caller.Of(http).User));
    }
}
