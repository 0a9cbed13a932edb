using Cadre.Server.Hosting;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.ChatKit;

/// <summary>ChatKit: sessions and threads as OpenAI serves them, and the self-hosted protocol.</summary>
internal static class ChatKitFace
{
    public static void Map(IEndpointRouteBuilder routes, ServerContext context)
    {
    }
}
