using Cadre.Server.Agents.Sessions;
using Cadre.Server.Hosting;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.ChatKit;

/// <summary>ChatKit: sessions with client secrets, their threads, and the self-hosted protocol on one endpoint.</summary>
internal static class ChatKitFace
{
    public static void Map(IEndpointRouteBuilder routes, ServerContext context)
    {
        var items = new ChatItems(context);
        var uploads = new ChatUploads(context);
        new ChatKitSessions(context).Map(routes);
        new ChatKitThreads(context, items).Map(routes);
        uploads.Map(routes);
        new ChatProtocol(new(context), new(context, new SessionRuns(context), uploads), new(context, items), uploads).Map(routes);
    }
}
