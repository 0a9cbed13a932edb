using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.McpEndpoints;

/// <summary>The MCP servers that an organisation's runs may use: set up by its administrators, seen by everybody in it.</summary>
internal static class McpEndpointsFace
{
    public const string Path = "/api/v1/mcp/endpoints";

    /// <summary>Where authorization servers send browsers back to; without proof, as a browser that comes from elsewhere has none.</summary>
    public const string CallbackPath = "/api/v1/mcp/callback";

    /// <summary>What this server is as an OAuth client; for everybody.</summary>
    public const string ClientPath = "/api/v1/mcp/client.json";

    public static void Map(IEndpointRouteBuilder routes, ServerContext context)
    {
        var live = context.McpEndpoints;
        new EndpointRoutes(context).Map(routes);
        new EndpointToolRoutes(live).Map(routes);
        new SignInRoutes(context).Map(routes);
        context.Work.Add("the MCP endpoints' health", new HealthWatch(live, context.Time).RunAsync);
        context.Work.Add("the MCP endpoints' idle connections", live.SweepAsync);
    }

    /// <exception cref="ApiException">404: there is none of this name in the caller's organisation.</exception>
    public static async ValueTask<KnownEndpoint> FindAsync(HttpContext http, LiveEndpoints live)
    {
        var name = (string)http.Request.RouteValues["name"]!;
        return await live.Definitions.FindAsync(Caller.Of(http).Organisation, name, http.RequestAborted)
            ?? throw ApiException.NotFound($"There is no MCP endpoint '{Bounded(name)}'.", "name", "endpoint_not_found");
    }

    private static string Bounded(string name) => name.Length <= 64 ? name : name[..64];
}
