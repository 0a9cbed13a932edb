using Cadre.Server.DebugEvents;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Server.Webhooks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Operations;

/// <summary>What an operator needs: keys, users, policies, webhooks, debug events.</summary>
internal static class OperationsFace
{
    private static readonly Lazy<byte[]> Description = new(() =>
    {
        using var resource = typeof(OperationsFace).Assembly.GetManifestResourceStream("openapi.json")!;
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return bytes;
    });

    public static void Map(IEndpointRouteBuilder routes, ServerContext context, WebhookRegistry webhooks)
    {
        new KeyRoutes(context).Map(routes);
        new UserRoutes(context).Map(routes);
        PolicyRoutes.Map(routes, context);
        routes.MapGet("/openapi.json", http => Respond.BytesAsync(http, Description.Value));
        new WebhookRoutes(context, webhooks).Map(routes);
        var debugEvents = new DebugEventLog(context);
        debugEvents.Map(routes);
        context.Work.Add("debug events", stop => debugEvents.RunAsync(context.Parts.ModelCalls, stop));
    }
}
