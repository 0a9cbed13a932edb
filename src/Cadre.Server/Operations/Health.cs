using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Operations;

/// <summary><c>/healthz</c>: the process lives. <c>/readyz</c>: it takes work; 503 while it drains.</summary>
internal static class Health
{
    public static void Map(IEndpointRouteBuilder routes, ServerContext context)
    {
        routes.MapGet("/healthz", http => Respond.BytesAsync(http, """{"status":"ok"}"""u8.ToArray()));
        routes.MapGet("/readyz", http => context.Draining.IsCancellationRequested
            ? Respond.BytesAsync(http, """{"status":"draining"}"""u8.ToArray(), status: StatusCodes.Status503ServiceUnavailable)
            : Respond.BytesAsync(http, """{"status":"ready"}"""u8.ToArray()));
    }
}
