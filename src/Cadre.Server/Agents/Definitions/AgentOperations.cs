using Cadre.Server.Definitions;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Storage.Documents;
using Cadre.Wire.Agents;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Agents.Definitions;

/// <summary>/v1/agents: reusable agents, the same that the Assistants API calls assistants.</summary>
internal sealed class AgentOperations(ServerContext context)
{
    private const string Route = "/v1/agents/{agent}";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/agents", AgentCall.Beta(CreateAsync));
        routes.MapGet("/v1/agents", AgentCall.Beta(ListAsync));
        routes.MapGet(Route, AgentCall.Beta(GetAsync));
        routes.MapPost(Route, AgentCall.Beta(UpdateAsync));
        routes.MapDelete(Route, AgentCall.Beta(DeleteAsync));
    }

    private async Task CreateAsync(HttpContext http)
    {
        var body = await RequestBody.ReadAsync(http);
        var agent = AgentForm.Apply(new(Ids.New()) { Model = body.RequiredText("model", minLength: 1), CreatedAt = context.Time.GetUtcNow(), Face = AgentExtra.Face }, body);
        await context.Store.CommitAsync([new Change.Create(AgentStore.Document(agent, Caller.Of(http).Owner))], http.RequestAborted);
        await Respond.JsonAsync(http, AgentForm.Show(agent), AgentsJson.Default.AgentObject, StatusCodes.Status201Created);
    }

    private async Task ListAsync(HttpContext http)
    {
        var query = AgentCall.Documents(AgentDefinition.Kind, ListQuery.Read(http), AgentPrefix.AgentId);
        var page = await context.Store.ListAsync(Caller.Of(http).Scope, query, http.RequestAborted) ?? throw AgentCall.BadCursor("after", query.After ?? query.Before ?? "");
        var agents = page.Items.Select(document => AgentForm.Show(AgentStore.Read(document))).ToArray();
        await Respond.JsonAsync(http, AgentCall.Page(agents, page.HasMore, agent => agent.Id), AgentsJson.Default.AgentPage);
    }

    private async Task GetAsync(HttpContext http)
    {
        var (agent, _) = await FindAsync(http);
        await Respond.JsonAsync(http, AgentForm.Show(agent), AgentsJson.Default.AgentObject);
    }

    private async Task UpdateAsync(HttpContext http)
    {
        var body = await RequestBody.ReadAsync(http);
        while (true)
        {
            var (agent, document) = await FindAsync(http);
            var updated = AgentForm.Apply(agent, body) with { UpdatedAt = context.Time.GetUtcNow() };
            var change = new Change.Replace(AgentStore.Document(updated, document.Owner), document.Version);
            if (!(await context.Store.CommitAsync([change], http.RequestAborted)).Won) continue;
            await Respond.JsonAsync(http, AgentForm.Show(updated), AgentsJson.Default.AgentObject);
            return;
        }
    }

    private async Task DeleteAsync(HttpContext http)
    {
        var (agent, _) = await FindAsync(http);
        await context.Store.CommitAsync([new Change.Delete(Caller.Of(http).Scope, AgentDefinition.Kind, agent.Id)], http.RequestAborted);
        await Respond.JsonAsync(http, new DeletedObject(AgentPrefix.Agent + agent.Id, "agent.deleted"), AgentsJson.Default.DeletedObject);
    }

    private ValueTask<(AgentDefinition Agent, Document Document)> FindAsync(HttpContext http) =>
        AgentStore.GetAsync(context.Store, Caller.Of(http).Scope, AgentCall.Route(http, "agent"), http.RequestAborted);
}
