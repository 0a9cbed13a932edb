using Cadre.Engine.Runs;
using Cadre.Server.Agents.Definitions;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Server.Runs;
using Cadre.Server.Threads;
using Cadre.Storage.Documents;
using Cadre.Wire.Agents;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Agents.Sessions;

/// <summary>Cadre's own additions: an agent's runs, and a message to a session that is answered in the same request.</summary>
internal sealed class AgentRunOperations(ServerContext context, SessionRuns runs, SessionQueue queue)
{
    private const string Route = "/v1/agents/{agent}/runs";
    private const string RunPrefix = "run_";

    /// <summary>What the faces put before a thread's id.</summary>
    private static readonly string[] ThreadPrefixes = ["thread_", "conv_", "cthr_", AgentPrefix.Session];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(Route, StartAsync);
        routes.MapGet(Route, ListAsync);
        routes.MapGet(Route + "/{run}", GetAsync);
        routes.MapPost(SessionOperations.Route + "/messages", MessageAsync);
    }

    private async Task StartAsync(HttpContext http)
    {
        var caller = Caller.Of(http);
        var body = await RequestBody.ReadAsync(http);
        var (agent, _) = await AgentStore.GetAsync(context.Store, caller.Scope, AgentCall.Route(http, "agent"), http.RequestAborted);
        var now = context.Time.GetUtcNow();
        var given = SessionInput.Read(body, "input", now) ?? throw ApiException.Missing("input");
        var order = new AgentOrder(context.Ids.NewRun(), agent, caller.Owner, Ids.New()) { Given = given };
        if (body.Text("thread_id") is { } named)
        {
            var thread = ThreadPrefixes.Select(prefix => Ids.After(prefix, named)).FirstOrDefault(id => id is not null);
            if (thread is null || await context.Threads.GetAsync(caller.Scope, thread, http.RequestAborted) is null) throw AgentErrors.NotFound("thread", named);
            order = order with { Thread = thread };
        }
        else
        {
            var thread = new ConversationThread(order.Thread) { CreatedAt = now, Face = AgentExtra.Face };
            order = order with { Before = [new Change.Create(ThreadStore.Document(thread, caller.Owner))] };
        }

        if (await runs.StartAsync(order, http.RequestAborted) is not RunStart.Started) throw AgentErrors.Conflict("The thread has a run that has not ended.");
        var run = await context.Runs.LoadAsync(caller.Scope, order.Run, http.RequestAborted);
        await Respond.JsonAsync(http, await ShowAsync(caller.Scope, run!, http.RequestAborted), AgentsJson.Default.AgentRunObject, StatusCodes.Status201Created);
    }

    private async Task ListAsync(HttpContext http)
    {
        var scope = Caller.Of(http).Scope;
        var (agent, _) = await AgentStore.GetAsync(context.Store, scope, AgentCall.Route(http, "agent"), http.RequestAborted);
        var query = AgentCall.Documents(SessionRuns.RunKind, ListQuery.Read(http), id => Ids.After(RunPrefix, id), agent.Id);
        var page = await context.Store.ListAsync(scope, query, http.RequestAborted) ?? throw AgentCall.BadCursor("after", query.After ?? query.Before ?? "");
        var shown = new List<AgentRunObject>(page.Items.Count);
        foreach (var document in page.Items)
        {
            if (await context.Runs.LoadAsync(scope, RunId.Parse(document.Id), http.RequestAborted) is { } run) shown.Add(await ShowAsync(scope, run, http.RequestAborted));
        }

        await Respond.JsonAsync(http, AgentCall.Page(shown, page.HasMore, run => run.Id), AgentsJson.Default.RunPage);
    }

    private async Task GetAsync(HttpContext http)
    {
        var scope = Caller.Of(http).Scope;
        var (agent, _) = await AgentStore.GetAsync(context.Store, scope, AgentCall.Route(http, "agent"), http.RequestAborted);
        var id = AgentCall.Route(http, "run");
        if (Ids.RunAfter(RunPrefix, id) is not { } named || await context.Runs.LoadAsync(scope, named, http.RequestAborted) is not { } run || run.Definition.Agent.Name != agent.Id)
            throw AgentErrors.NotFound("run", id);
        await Respond.JsonAsync(http, await ShowAsync(scope, run, http.RequestAborted), AgentsJson.Default.AgentRunObject);
    }

    /// <summary>Answered when the turn has ended or waits for its caller. The turn goes on when the caller leaves.</summary>
    private async Task MessageAsync(HttpContext http)
    {
        var body = await RequestBody.ReadAsync(http);
        var scope = Caller.Of(http).Scope;
        var (session, document) = await SessionRecord.GetAsync(context.Store, scope, AgentCall.Route(http, "session"), http.RequestAborted);
        var given = SessionInput.Read(body, "input", context.Time.GetUtcNow()) ?? throw ApiException.Missing("input");
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, context.Stopping);
        var run = new RunTimeline(await queue.GiveAsync(session, document.Owner, given, http.RequestAborted));
        try
        {
            await foreach (var update in context.Runs.StreamAsync(run, 0, end.Token))
            {
                if (update is RunUpdate.Fact && run.Phase == RunPhase.AwaitingCaller) break;
            }
        }
        catch (OperationCanceledException) when (context.Stopping.IsCancellationRequested)
        {
            throw new ApiException(StatusCodes.Status503ServiceUnavailable, $"The server stops; the turn '{AgentPrefix.Turn}{run.Run}' goes on after its next start.") { Type = "server_error" };
        }

        await Respond.JsonAsync(http, await ShowAsync(scope, run, http.RequestAborted), AgentsJson.Default.AgentRunObject);
    }

    private async ValueTask<AgentRunObject> ShowAsync(Scope scope, RunTimeline run, CancellationToken cancellationToken)
    {
        var thread = run.Definition.Thread;
        var isSession = thread is not null && await context.Store.GetAsync(scope, SessionRecord.Kind, thread, cancellationToken) is not null;
        return new()
        {
            Id = RunPrefix + run.Run,
            AgentId = AgentPrefix.Agent + run.Definition.Agent.Name,
            UserId = run.Definition.Owner.User,
            ThreadId = thread is null ? null : "thread_" + thread,
            SessionId = isSession ? AgentPrefix.Session + thread : null,
            ResponseId = "resp_" + run.Run,
            Status = Status(run),
            CreatedAt = AgentCall.Seconds(run.CreatedAt),
            CompletedAt = AgentCall.Seconds(run.EndedAt),
            Output = run.Outcome?.Output,
            RequiredActions = SessionView.Required(run),
            Error = run.Outcome is { } outcome ? TurnView.Error(outcome) : null,
            Usage = SessionSpending.Show(run.State.Spent.Tokens),
        };
    }

    private static string Status(RunTimeline run) => run.Phase switch
    {
        RunPhase.AwaitingCaller => "requires_action",
        RunPhase.Cancelling => "cancelling",
        RunPhase.Ended => run.Outcome!.Status switch
        {
            RunStatus.Completed => "completed",
            RunStatus.Failed => "failed",
            RunStatus.Cancelled => "cancelled",
            RunStatus.Incomplete => "incomplete",
            RunStatus.Expired => "expired",
            _ => throw new System.Diagnostics.UnreachableException(),
        },
        _ => "in_progress",
    };
}
