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
    private const string Templates = "/v1/agents/environments/templates";
    private const string NoTemplates = "Templates are for environments that OpenAI hosts, which are not served here.";

    public static void Map(IEndpointRouteBuilder routes, ServerContext context)
    {
        routes.MapGet(Templates, AgentCall.Beta(EmptyAsync));
        routes.MapPost(Templates, AgentCall.Beta(_ => throw AgentErrors.NotServed("environment", NoTemplates)));
        Unknown(routes, Templates + "/{id}", "environment template");
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
