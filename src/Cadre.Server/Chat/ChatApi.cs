using Cadre.Server.Chat.Turns;
using Cadre.Server.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Chat;

/// <summary>The assistant that acts for a signed-in user, under /api/v1/chat (docs/chat.md).</summary>
internal static class ChatApi
{
    public const string Route = "/api/v1/chat";

    public static void Map(IEndpointRouteBuilder routes, ServerContext context)
    {
        var starter = new TurnStarter(context);
        routes.MapPost(Route, new PostChat(context, starter).HandleAsync);
    }
}
