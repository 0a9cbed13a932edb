using System.Collections.Immutable;
using System.Text.Json;
using Cadre.Server.Agents;
using Cadre.Server.Agents.Sessions;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Sessions;

/// <summary>Sessions: make, list, look, remove.</summary>
internal sealed class SessionRoutes(ServerContext context, AgentSessions sessions)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(SessionsFace.Route, CreateAsync);
        routes.MapGet(SessionsFace.Route, ListAsync);
        routes.MapGet(SessionsFace.One, GetAsync);
        routes.MapDelete(SessionsFace.One, DeleteAsync);
    }

    /// <exception cref="ApiException">404: the caller reaches no such session.</exception>
    public static ValueTask<AgentSession> FindAsync(AgentSessions sessions, HttpContext http) =>
        sessions.GetAsync(Caller.Of(http).Owner, AgentCall.Route(http, "session"), http.RequestAborted);

    private async Task CreateAsync(HttpContext http)
    {
        var body = await RequestBody.ReadAsync(http);
        var asked = new NewSession(body.RequiredText("agent_id"))
        {
            UserId = body.Text("user_id", AgentSessions.MaxUserId, 1),
            Metadata = body.Metadata()?.ToImmutableDictionary(),
        };
        var session = await sessions.CreateAsync(Caller.Of(http).Owner, asked, http.RequestAborted);
        await Respond.WriteAsync(http, json => Write(json, session, null), StatusCodes.Status201Created);
    }

    private async Task ListAsync(HttpContext http)
    {
        var where = new Dictionary<string, string>();
        if (http.Request.Query["user_id"].ToString() is { Length: > 0 } user) where["user_id"] = user;
        if (http.Request.Query["agent_id"].ToString() is { Length: > 0 } agent) where["agent_id"] = AgentPrefix.AgentId(agent) ?? throw AgentErrors.NotFound("agent", agent);
        var query = AgentCall.Documents(SessionRecord.Kind, ListQuery.Read(http), id => Ids.After(AgentPrefix.Session, id)) with { Where = where };
        var page = await context.Store.ListAsync(Caller.Of(http).Scope, query, http.RequestAborted) ?? throw AgentCall.BadCursor("after", query.After ?? query.Before ?? "");
        await Respond.ListAsync(http, page.Items.Select(AgentSession.Of), page.HasMore, static (json, session) => Write(json, session, null));
    }

    private async Task GetAsync(HttpContext http)
    {
        var session = await FindAsync(sessions, http);
        var newest = await sessions.NewestAsync(session, http.RequestAborted);
        await Respond.WriteAsync(http, json => Write(json, session, newest is null ? null : SessionReply.Of(newest)));
    }

    /// <summary>The thread goes with the session.</summary>
    private async Task DeleteAsync(HttpContext http)
    {
        var session = await FindAsync(sessions, http);
        await sessions.DeleteAsync(session, Caller.Of(http).Author, http.RequestAborted);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    /// <param name="newest">Null: there is none, or it was not asked for.</param>
    private static void Write(Utf8JsonWriter json, AgentSession session, SessionReply? newest)
    {
        json.WriteStartObject();
        ReplyJson.WriteMembers(json, session);
        if (newest is not null)
        {
            json.WritePropertyName("last_run");
            ReplyJson.Write(json, newest);
        }

        json.WriteEndObject();
    }
}
