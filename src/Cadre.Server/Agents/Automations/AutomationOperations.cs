using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Storage.Documents;
using Cadre.Wire.Agents;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Agents.Automations;

/// <summary>/v1/agents/automations.</summary>
internal sealed class AutomationOperations(ServerContext context, AutomationForm form, AutomationRunner runner)
{
    private const string Route = "/v1/agents/automations/{automation}";
    private const string Invocations = Route + "/invocations";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/agents/automations", AgentCall.Beta(CreateAsync));
        routes.MapGet("/v1/agents/automations", AgentCall.Beta(ListAsync));
        routes.MapGet(Route, AgentCall.Beta(GetAsync));
        routes.MapPost(Route, AgentCall.Beta(UpdateAsync));
        routes.MapDelete(Route, AgentCall.Beta(DeleteAsync));
        routes.MapPost(Route + "/pause", AgentCall.Beta(http => SetAsync(http, Automation.Paused)));
        routes.MapPost(Route + "/resume", AgentCall.Beta(http => SetAsync(http, Automation.Active)));
        routes.MapPost(Invocations, AgentCall.Beta(InvokeAsync));
        routes.MapGet(Invocations, AgentCall.Beta(ListInvocationsAsync));
        routes.MapGet(Invocations + "/{invocation}", AgentCall.Beta(GetInvocationAsync));
    }

    private async Task CreateAsync(HttpContext http)
    {
        var caller = Caller.Of(http);
        var automation = await form.CreateAsync(caller.Scope, await RequestBody.ReadAsync(http), http.RequestAborted);
        await context.Store.CommitAsync([new Change.Create(Automation.Document(automation, caller.Owner))], http.RequestAborted);
        runner.Changed();
        await Respond.JsonAsync(http, automation.Show(), AgentsJson.Default.AutomationObject, StatusCodes.Status201Created);
    }

    private async Task ListAsync(HttpContext http)
    {
        var query = AgentCall.Documents(Automation.Kind, ListQuery.Read(http), id => Ids.After(Automation.Prefix, id));
        if (http.Request.Query["session_id"].ToString() is { Length: > 0 } session)
            query = query with { Where = new Dictionary<string, string> { ["session"] = Ids.After(AgentPrefix.Session, session) ?? throw AgentErrors.NotFound("session", session) } };
        var page = await context.Store.ListAsync(Caller.Of(http).Scope, query, http.RequestAborted) ?? throw AgentCall.BadCursor("after", query.After ?? query.Before ?? "");
        var automations = page.Items.Select(document => Automation.Read(document).Show()).ToArray();
        await Respond.JsonAsync(http, AgentCall.Page(automations, page.HasMore, automation => automation.Id), AgentsJson.Default.AutomationPage);
    }

    private async Task GetAsync(HttpContext http) => await Respond.JsonAsync(http, Automation.Read(await FindAsync(http)).Show(), AgentsJson.Default.AutomationObject);

    private async Task UpdateAsync(HttpContext http)
    {
        var body = await RequestBody.ReadAsync(http);
        await ChangeAsync(http, automation => form.ApplyAsync(automation, Caller.Of(http).Scope, body, http.RequestAborted));
    }

    private Task SetAsync(HttpContext http, string status) => ChangeAsync(http, automation =>
    {
        if (automation.Status == Automation.Completed) throw AgentErrors.Conflict("The automation has completed.");
        return ValueTask.FromResult((automation with { Status = status }).Scheduled(automation.Type == Automation.Once ? DateTimeOffset.MinValue : context.Time.GetUtcNow()));
    });

    private async Task DeleteAsync(HttpContext http)
    {
        var document = await FindAsync(http);
        await context.Store.CommitAsync([new Change.Delete(Caller.Of(http).Scope, Automation.Kind, document.Id)], http.RequestAborted);
        await Respond.JsonAsync(http, new DeletedObject(Automation.Prefix + document.Id, "agent.automation.deleted"), AgentsJson.Default.DeletedObject);
    }

    private async Task InvokeAsync(HttpContext http)
    {
        var document = await FindAsync(http);
        var invocation = await runner.InvokeAsync(document, null, http.RequestAborted) ?? throw AgentErrors.Conflict("The automation was changed meanwhile.");
        await Respond.JsonAsync(http, invocation.Show(Automation.Read(document)), AgentsJson.Default.InvocationObject, StatusCodes.Status201Created);
    }

    private async Task ListInvocationsAsync(HttpContext http)
    {
        var automation = await FindAsync(http);
        var query = AgentCall.Documents(Invocation.Kind, ListQuery.Read(http), id => Ids.After(Invocation.Prefix, id), automation.Id);
        var page = await context.Store.ListAsync(Caller.Of(http).Scope, query, http.RequestAborted) ?? throw AgentCall.BadCursor("after", query.After ?? query.Before ?? "");
        var invocations = page.Items.Select(document => Invocation.Read(document).Show(Automation.Read(automation))).ToArray();
        await Respond.JsonAsync(http, AgentCall.Page(invocations, page.HasMore, invocation => invocation.Id), AgentsJson.Default.InvocationPage);
    }

    private async Task GetInvocationAsync(HttpContext http)
    {
        var automation = await FindAsync(http);
        var id = AgentCall.Route(http, "invocation");
        if (Ids.After(Invocation.Prefix, id) is not { } bare || await context.Store.GetAsync(Caller.Of(http).Scope, Invocation.Kind, bare, http.RequestAborted) is not { } document || document.Parent != automation.Id)
            throw AgentErrors.NotFound("invocation", id);
        await Respond.JsonAsync(http, Invocation.Read(document).Show(Automation.Read(automation)), AgentsJson.Default.InvocationObject);
    }

    private async Task ChangeAsync(HttpContext http, Func<Automation, ValueTask<Automation>> change)
    {
        while (true)
        {
            var document = await FindAsync(http);
            var automation = await change(Automation.Read(document));
            if (!(await context.Store.CommitAsync([new Change.Replace(Automation.Document(automation, document.Owner), document.Version)], http.RequestAborted)).Won) continue;
            runner.Changed();
            await Respond.JsonAsync(http, automation.Show(), AgentsJson.Default.AutomationObject);
            return;
        }
    }

    private async ValueTask<Document> FindAsync(HttpContext http)
    {
        var id = AgentCall.Route(http, "automation");
        return Ids.After(Automation.Prefix, id) is { } bare && await context.Store.GetAsync(Caller.Of(http).Scope, Automation.Kind, bare, http.RequestAborted) is { } document
            ? document
            : throw AgentErrors.NotFound("automation", id);
    }
}
