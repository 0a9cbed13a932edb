using System.Text.Json;
using Cadre.Server.Agents.Sessions;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Wire.Agents;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Agents;

/// <summary>Resources of the Agents API that this server has none of: their listings are empty, each id is unknown, and making one is refused with the reason.</summary>
internal static class NotServed
{
    private const string Environments = "/v1/agents/environments";
    private const string NoEnvironments = "Environments are not served here: a session's environment is of type 'none'. Code runs in the sandbox of the tool code_interpreter.";

    public static void Map(IEndpointRouteBuilder routes, ServerContext context)
    {
        foreach (var (listing, what) in new[] { (Environments + "/templates", "environment template"), (Environments, "environment") })
        {
            routes.MapGet(listing, AgentCall.Beta(EmptyAsync));
            routes.MapPost(listing, AgentCall.Beta(_ => throw AgentErrors.NotServed("environment", NoEnvironments)));
            Unknown(routes, listing + "/{id}", what);
        }

        routes.MapGet(Environments + "/{id}/files", AgentCall.Beta(http => throw AgentErrors.NotFound("environment", AgentCall.Route(http, "id"))));
        routes.MapPost(Environments + "/{id}/files", AgentCall.Beta(http => throw AgentErrors.NotFound("environment", AgentCall.Route(http, "id"))));
        foreach (var (name, what) in new[] { ("artifacts", "artifact"), ("traces", "trace"), ("subagents", "subagent") })
        {
            var listing = $"{SessionOperations.Route}/{name}";
            routes.MapGet(listing, AgentCall.Beta(async http =>
            {
                await SessionRecord.GetAsync(context.Store, Caller.Of(http).Scope, AgentCall.Route(http, "session"), http.RequestAborted);
                await EmptyAsync(http);
            }));
            Unknown(routes, listing + "/{id}", what);
            Unknown(routes, listing + "/{id}/{part}", what);
        }
    }

    private static void Unknown(IEndpointRouteBuilder routes, string route, string what) =>
        routes.MapMethods(route, [HttpMethods.Get, HttpMethods.Post, HttpMethods.Delete], AgentCall.Beta(http => throw AgentErrors.NotFound(what, AgentCall.Route(http, "id"))));

    private static Task EmptyAsync(HttpContext http)
    {
        ListQuery.Read(http);
        return Respond.JsonAsync(http, new AgentsPage<JsonElement>([], null, null, false), AgentsJson.Default.EmptyPage);
    }
}
