using Cadre.Server.Hosting;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Assistants;

/// <summary>Assistants v2: assistants, threads, messages, runs and their steps; and the import of them.</summary>
internal static class AssistantsFace
{
    public static void Map(IEndpointRouteBuilder routes, ServerContext context)
    {
    }
}
