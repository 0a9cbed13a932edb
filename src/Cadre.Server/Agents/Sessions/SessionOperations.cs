using System.Collections.Immutable;
using Cadre.Server.Agents.Definitions;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Storage.Documents;
using Cadre.Wire.Agents;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Agents.Sessions;

/// <summary>/v1/agents/sessions.</summary>
internal sealed class SessionOperations(ServerContext context, SessionStart start, SessionView view, SessionStream stream, EventWriter writer)
{
    public const string Route = "/v1/agents/sessions/{session}";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/agents/sessions", AgentCall.Beta(CreateAsync));
        routes.MapGet("/v1/agents/sessions", AgentCall.Beta(ListAsync));
        routes.MapGet(Route, AgentCall.Beta(GetAsync));
        routes.MapPost(Route, AgentCall.Beta(UpdateAsync));
        routes.MapDelete(Route, AgentCall.Beta(DeleteAsync));
    }

    private async Task CreateAsync(HttpContext http)
    {
        var caller = Caller.Of(http);
        var body = await RequestBody.ReadAsync(http);
        var streams = body.Flag("stream") ?? false;
        var input = SessionInput.Read(body, "input", context.Time.GetUtcNow());
        var session = await start.ReadAsync(caller.Scope, body, http.RequestAborted);
        var turn = await start.CreateAsync(session, caller.Owner, input, http.RequestAborted);
        if (!streams)
        {
            await Respond.JsonAsync(http, await view.ShowAsync(session, http.RequestAborted), AgentsJson.Default.SessionObject, StatusCodes.Status201Created);
            return;
        }

        using var sending = await EventStream.StartAsync(http);
        await writer.WriteAsync(http, sending, stop => stream.CreationAsync(session, turn, stop));
    }

    private async Task ListAsync(HttpContext http)
    {
        var where = new Dictionary<string, string>();
        var parameters = http.Request.Query;
        if (parameters["agent_id"].ToString() is { Length: > 0 } agent)
            where["agent_id"] = AgentPrefix.AgentId(agent) ?? throw ApiException.BadRequest($"Invalid 'agent_id': '{agent}' is no agent's id.", "agent_id", "invalid_value");
        foreach (var (name, value) in parameters)
        {
            if (name.StartsWith("metadata[", StringComparison.Ordinal) && name.EndsWith(']')) where[$"metadata.{name[9..^1]}"] = value.ToString();
        }

        if (where.Count > Fields.MetadataPairs) throw ApiException.BadRequest($"At most {Fields.MetadataPairs} conditions are possible.", "metadata");
        var query = AgentCall.Documents(SessionRecord.Kind, ListQuery.Read(http), id => Ids.After(AgentPrefix.Session, id)) with { Where = where };
        var page = await context.Store.ListAsync(Caller.Of(http).Scope, query, http.RequestAborted) ?? throw AgentCall.BadCursor("after", query.After ?? query.Before ?? "");
        var sessions = new List<SessionObject>(page.Items.Count);
        foreach (var document in page.Items) sessions.Add(await view.ShowAsync(SessionRecord.Read(document), http.RequestAborted));
        await Respond.JsonAsync(http, AgentCall.Page(sessions, page.HasMore, session => session.Id), AgentsJson.Default.SessionPage);
    }

    private async Task GetAsync(HttpContext http)
    {
        var (session, _) = await FindAsync(http);
        await Respond.JsonAsync(http, await view.ShowAsync(session, http.RequestAborted), AgentsJson.Default.SessionObject);
    }

    private async Task UpdateAsync(HttpContext http)
    {
        var body = await RequestBody.ReadAsync(http);
        while (true)
        {
            var (session, document) = await FindAsync(http);
            var updated = SessionStart.ApplySettings(session with
            {
                Agent = body.Object("agent") is { } agent ? AgentForm.Apply(session.Agent, agent) : session.Agent,
                Metadata = body.Has("metadata") ? body.Metadata()?.ToImmutableDictionary() : session.Metadata,
            }, body);
            if (!(await context.Store.CommitAsync([new Change.Replace(SessionRecord.Document(updated, document.Owner), document.Version)], http.RequestAborted)).Won) continue;
            await Respond.JsonAsync(http, await view.ShowAsync(updated, http.RequestAborted), AgentsJson.Default.SessionObject);
            return;
        }
    }

    /// <summary>A turn that runs is cancelled first; the thread goes with the session.</summary>
    private async Task DeleteAsync(HttpContext http)
    {
        var (session, _) = await FindAsync(http);
        await ThreadRemoval.RemoveAsync(context, Caller.Of(http).Scope, session.Id, Caller.Of(http).Author, http.RequestAborted);
        if (session.EnvironmentId is { } environment) Environments.EnvironmentTools.Remove(context.Parts, environment);
        await Respond.JsonAsync(http, new DeletedObject(AgentPrefix.Session + session.Id, "agent.session.deleted"), AgentsJson.Default.DeletedObject);
    }

    private ValueTask<(SessionRecord Session, Document Document)> FindAsync(HttpContext http) =>
        SessionRecord.GetAsync(context.Store, Caller.Of(http).Scope, AgentCall.Route(http, "session"), http.RequestAborted);
}
