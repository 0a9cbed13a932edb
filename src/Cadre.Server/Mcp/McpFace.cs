using Cadre.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Mcp;

/// <summary>The Model Context Protocol, for programs of a user's own: the platform's tools under one address.</summary>
internal static class McpFace
{
    public const string Path = "/mcp";

    public static void Map(IEndpointRouteBuilder routes, ServerContext context)
    {
        Map(routes, context, new PlatformOffer(context.Platform, context.Calls));
        ResourceMetadata.Map(routes, context);
    }

    /// <param name="offer">What is mounted.</param>
    public static void Map(IEndpointRouteBuilder routes, ServerContext context, IMcpOffer offer)
    {
        var sessions = new McpSessions(context.Time);
        var endpoint = new McpEndpoint(context, offer, sessions);
        routes.MapMethods(Path, [HttpMethods.Post, HttpMethods.Get, HttpMethods.Delete], endpoint.HandleAsync);
        context.Work.Add("The idle sessions of MCP clients", async stop =>
        {
            await using (sessions) await sessions.SweepAsync(stop);
        });
    }
}
