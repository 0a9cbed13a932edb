using Cadre.Server.Hosting;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Responses;

/// <summary>Responses and Conversations.</summary>
internal static class ResponsesFace
{
    public static void Map(IEndpointRouteBuilder routes, ServerContext context)
    {
    }
}
