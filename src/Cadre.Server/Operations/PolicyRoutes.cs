using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Operations;

/// <summary><c>POST /policies/reload</c>: reads the policies anew. A bad set is refused, and the one in force stays.</summary>
internal static class PolicyRoutes
{
    public static void Map(IEndpointRouteBuilder routes, ServerContext context) => routes.MapPost("/policies/reload", async http =>
    {
        Caller.Administrator(http);
        var errors = await context.Parts.ReloadPolicies(http.RequestAborted);
        await Respond.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("reloaded", errors.Count == 0);
            json.WriteString("hash", context.Engine.Policies.Current.Hash);
            json.WriteStartArray("errors");
            foreach (var error in errors) json.WriteStringValue(error);
            json.WriteEndArray();
            json.WriteEndObject();
        }, errors.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity);
    });
}
