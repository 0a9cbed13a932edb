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
        var (sessions, states) = (new McpSessions(context.Time) { Access = context.Access }, new McpStates(context.Time));
        Map(routes, new(new(context.Parts.Url), context.Parts.PublicUrl, context.Parts.Log, context.Time, context.Stopping), new PlatformOffer(context.Platform, context.Calls), sessions, states);
        ResourceMetadata.Map(routes, context);
        context.Work.Add("The idle sessions of MCP clients", async stop =>
        {
            using (states)
            await using (sessions)
            {
                await sessions.SweepAsync(stop);
            }
        });
    }

    /// <param name="offer">What is mounted: the host of the conformance tests has its own.</param>
    public static void Map(IEndpointRouteBuilder routes, McpHosting hosting, IMcpOffer offer, McpSessions sessions, McpStates states) =>
        routes.MapMethods(Path, [HttpMethods.Post, HttpMethods.Get, HttpMethods.Delete], new McpEndpoint(hosting with { Log = new McpLog(hosting.Log) }, offer, sessions, states).HandleAsync);
}
