using Cadre.Server.Hosting;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Operations;

/// <summary>What an operator needs: keys, policies, webhooks, debug events.</summary>
internal static class OperationsFace
{
    public static void Map(IEndpointRouteBuilder routes, ServerContext context)
    {
    }
}
