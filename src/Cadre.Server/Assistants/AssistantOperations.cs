using Cadre.Server.Definitions;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Storage.Documents;
using Cadre.Wire.Assistants;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Assistants;

/// <summary>/v1/assistants</summary>
internal sealed class AssistantOperations(ServerContext context)
{
    public async Task CreateAsync(HttpContext http)
    {
        var body = await RequestBody.ReadAsync(http);
        var owner = Caller.Of(http).Owner;
        await ToolForm.CheckAsync(context, http, body);
        var agent = AssistantForm.Create(body, context.Time.GetUtcNow());
        agent = agent with { ToolResources = await ToolResources.ReadAsync(context, owner, body, http.RequestAborted) };
        await context.Store.CommitAsync([new Change.Create(AssistantForm.Document(agent, owner))], http.RequestAborted);
        await RespondAsync(http, agent);
    }

    public async Task GetAsync(HttpContext http)
    {
        var id = AssistantIds.OfAssistant(http);
        await RespondAsync(http, await FindAsync(Caller.Of(http).Scope, id, http.RequestAborted));
    }

    public async Task ListAsync(HttpContext http)
    {
        var query = Listing.Query(AgentDefinition.Kind, ListQuery.Read(http), AssistantIds.Assistant, AssistantIds.NoAssistant);
        var page = await context.Store.ListAsync(Caller.Of(http).Scope, query, http.RequestAborted) ?? throw AssistantIds.NoAssistant(AssistantIds.Assistant + (query.After ?? query.Before));
        var list = Listing.Page([.. page.Items.Select(document => AssistantForm.Render(AssistantForm.Read(document)))], assistant => assistant.Id, page.HasMore);
        await Respond.JsonAsync(http, list, AssistantsJson.Default.AssistantList);
    }

    public async Task ModifyAsync(HttpContext http)
    {
        var id = AssistantIds.OfAssistant(http);
        var body = await RequestBody.ReadAsync(http);
        var caller = Caller.Of(http);
        await ToolForm.CheckAsync(context, http, body);
        AssistantForm.Modify(await FindAsync(caller.Scope, id, http.RequestAborted), body, context.Time.GetUtcNow());
        var resources = await ToolResources.ReadAsync(context, caller.Owner, body, http.RequestAborted);
        var changed = await context.Store.UpdateAsync(caller.Scope, AgentDefinition.Kind, id, document =>
        {
            var agent = AssistantForm.Modify(AssistantForm.Read(document), body, context.Time.GetUtcNow());
            return AssistantForm.Body(resources is null ? agent : agent with { ToolResources = resources });
        }, http.RequestAborted) ?? throw AssistantIds.NoAssistant(AssistantIds.Assistant + id);
        await RespondAsync(http, AssistantForm.Read(changed));
    }

    /// <summary>Runs that it made go on: each has a definition of its own.</summary>
    public async Task DeleteAsync(HttpContext http)
    {
        var id = AssistantIds.OfAssistant(http);
        var scope = Caller.Of(http).Scope;
        await FindAsync(scope, id, http.RequestAborted);
        await context.Store.CommitAsync([new Change.Delete(scope, AgentDefinition.Kind, id)], http.RequestAborted);
        await Respond.JsonAsync(http, new DeletedObject(AssistantIds.Assistant + id, "assistant.deleted"), AssistantsJson.Default.DeletedObject);
    }

    /// <param name="id">Bare.</param>
    public async ValueTask<AgentDefinition> FindAsync(Scope scope, string id, CancellationToken cancellationToken) =>
        await context.Store.GetAsync(scope, AgentDefinition.Kind, id, cancellationToken) is { } document
            ? AssistantForm.Read(document)
            : throw AssistantIds.NoAssistant(AssistantIds.Assistant + id);

    private static Task RespondAsync(HttpContext http, AgentDefinition agent) => Respond.JsonAsync(http, AssistantForm.Render(agent), AssistantsJson.Default.AssistantObject);
}
