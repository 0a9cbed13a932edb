using Cadre.Server.DebugEvents;
using Cadre.Server.Hosting;
using Cadre.Server.Webhooks;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Operations;

/// <summary>What an operator needs: keys, policies, webhooks, debug events.</summary>
internal static class OperationsFace
{
    public static void Map(IEndpointRouteBuilder routes, ServerContext context, WebhookRegistry webhooks)
    {
        new KeyRoutes(context).Map(routes);
        PolicyRoutes.Map(routes, context);
        new WebhookRoutes(context, webhooks).Map(routes);
        var debugEvents = new DebugEventLog(context);
        debugEvents.Map(routes);
        context.Work.Add("debug events", stop => debugEvents.RunAsync(context.Parts.ModelCalls, stop));
    }
}
