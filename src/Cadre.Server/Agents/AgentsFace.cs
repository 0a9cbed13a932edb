using Cadre.Server.Hosting;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Agents;

/// <summary>The Agents API: agents, sessions, events, turns, items, artifacts, environments, automations.</summary>
internal static class AgentsFace
{
    public static void Map(IEndpointRouteBuilder routes, ServerContext context)
    {
    }
}
