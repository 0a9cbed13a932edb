using Cadre.Server.Hosting;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Files;

/// <summary>Files, Uploads, Vector stores and Containers.</summary>
internal static class FilesFace
{
    public static void Map(IEndpointRouteBuilder routes, ServerContext context)
    {
        FileRoutes.Map(routes, context);
    }
}
