using Cadre.Engine.Runs;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Storage.Documents;
using Cadre.Wire.Agents;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Agents.Sessions;

/// <summary>/v1/agents/sessions/{id}/turns and …/items: the runs on a session's thread, whichever face started them, and what is on it.</summary>
internal sealed class TurnOperations(ServerContext context, SessionItems items, SessionQueue queue)
{
    private const string Turns = SessionOperations.Route + "/turns";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(SessionOperations.Route + "/items", AgentCall.Beta(ItemsAsync));
        routes.MapGet(Turns, AgentCall.Beta(ListAsync));
        routes.MapGet(Turns + "/{turn}", AgentCall.Beta(GetAsync));
        routes.MapGet(Turns + "/{turn}/items", AgentCall.Beta(TurnItemsAsync));
    }

    private async Task ItemsAsync(HttpContext http)
    {
        var session = await FindAsync(http);
        await Respond.JsonAsync(http, await items.ListAsync(Caller.Of(http).Scope, session.Id, ListQuery.Read(http), http.RequestAborted), AgentsJson.Default.ItemPage);
    }

    private async Task ListAsync(HttpContext http)
    {
        var session = await FindAsync(http);
        var list = ListQuery.Read(http);
        RunId? after = list.After is null ? null : Ids.RunAfter(AgentPrefix.Turn, list.After) ?? throw AgentCall.BadCursor("after", list.After);
        var query = new RunQuery { Thread = session.Id, Limit = list.Limit + 1, Descending = list.Descending, After = after };
        var turns = new List<(RunId Run, TurnObject Turn)>();
        foreach (var entry in await context.Store.ListRunsAsync(Caller.Of(http).Scope, query, http.RequestAborted))
        {
            if (await context.Runs.LoadAsync(Caller.Of(http).Scope, entry.Run, http.RequestAborted) is { } run) turns.Add((entry.Run, TurnView.Show(session.Id, run)));
        }

        foreach (var waiting in await queue.WaitingAsync(session.Id, http.RequestAborted))
        {
            var run = RunId.Parse(waiting.Id);
            if (after is null || (list.Descending ? run.CompareTo(after.Value) < 0 : run.CompareTo(after.Value) > 0))
                turns.Add((run, TurnView.ShowQueued(session.Id, session.AgentId, waiting.Id, waiting.CreatedAt)));
        }

        turns.Sort((a, b) => list.Descending ? b.Run.CompareTo(a.Run) : a.Run.CompareTo(b.Run));
        var page = turns.Take(list.Limit).Select(turn => turn.Turn).ToArray();
        await Respond.JsonAsync(http, AgentCall.Page(page, turns.Count > page.Length, turn => turn.Id), AgentsJson.Default.TurnPage);
    }

    private async Task GetAsync(HttpContext http)
    {
        var session = await FindAsync(http);
        await Respond.JsonAsync(http, (await TurnAsync(http, session)).Turn, AgentsJson.Default.TurnObject);
    }

    private async Task TurnItemsAsync(HttpContext http)
    {
        var session = await FindAsync(http);
        var (run, _) = await TurnAsync(http, session);
        await Respond.JsonAsync(http, await items.OfTurnAsync(Caller.Of(http).Scope, session.Id, run, ListQuery.Read(http), http.RequestAborted), AgentsJson.Default.ItemPage);
    }

    private async ValueTask<(RunId Run, TurnObject Turn)> TurnAsync(HttpContext http, SessionRecord session)
    {
        var id = AgentCall.Route(http, "turn");
        if (Ids.RunAfter(AgentPrefix.Turn, id) is { } run)
        {
            if (await context.Runs.LoadAsync(Caller.Of(http).Scope, run, http.RequestAborted) is { } timeline && timeline.Definition.Thread == session.Id) return (run, TurnView.Show(session.Id, timeline));
            if ((await queue.WaitingAsync(session.Id, http.RequestAborted)).FirstOrDefault(waiting => waiting.Id == run.ToString()) is { } queued)
                return (run, TurnView.ShowQueued(session.Id, session.AgentId, queued.Id, queued.CreatedAt));
        }

        throw AgentErrors.NotFound("turn", id);
    }

    private async ValueTask<SessionRecord> FindAsync(HttpContext http) =>
        (await SessionRecord.GetAsync(context.Store, Caller.Of(http).Scope, AgentCall.Route(http, "session"), http.RequestAborted)).Session;
}
