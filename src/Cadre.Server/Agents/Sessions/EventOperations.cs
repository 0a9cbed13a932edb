using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Storage.Documents;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Cadre.Server.Agents.Sessions;

/// <summary>/v1/agents/sessions/{id}/events: input of a session, and what happens in it, live.</summary>
internal sealed class EventOperations(ServerContext context, SessionQueue queue, SessionStream stream, EventWriter writer)
{
    private const string Route = SessionOperations.Route + "/events";
    private const string Prefix = "agent.session.input.";
    private const int MaxEvents = 100;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(Route, AgentCall.Beta(PostAsync));
        routes.MapGet(Route, AgentCall.Beta(GetAsync));
    }

    private async Task PostAsync(HttpContext http)
    {
        var caller = Caller.Of(http);
        var body = await RequestBody.ReadAsync(http);
        var (session, document) = await FindAsync(http);
        var events = body.Objects("events", MaxEvents) ?? throw ApiException.Missing("events");
        if (events.Count == 0) throw ApiException.BadRequest("Invalid 'events': there must be at least one event.", "events", "empty_array");
        var acts = events.Select(@event => Read(@event, session, document.Owner, caller)).ToArray();
        foreach (var act in acts) await act(http.RequestAborted);
        http.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    private async Task GetAsync(HttpContext http)
    {
        var (session, _) = await FindAsync(http);
        using var watching = context.Runs.Watch.Watch(session.Id);
        var active = await context.Runs.ActiveAsync(session.Id, http.RequestAborted);
        var run = active is null ? null : await context.Runs.LoadAsync(Scope.Everything, active.Run, http.RequestAborted);
        using var sending = await EventStream.StartAsync(http);
        await writer.WriteAsync(http, sending, stop => stream.LiveAsync(session, watching, run, stop));
    }

    /// <summary>Checks an event; what it gives back carries it out.</summary>
    private Func<CancellationToken, Task> Read(Fields @event, SessionRecord session, Owner owner, Caller caller)
    {
        switch (@event.Word("type", Prefix + "message", Prefix + "tool_result", Prefix + "cancel", Prefix + "computer_use_approval_request_result"))
        {
            case Prefix + "message":
                var items = SessionInput.Read(@event, "input", context.Time.GetUtcNow()) ?? throw ApiException.Missing(@event.At("input"));
                return async stop => await queue.GiveAsync(session, owner, items, stop);
            case Prefix + "tool_result":
                var turn = @event.RequiredText("turn_id");
                var call = @event.RequiredText("call_id");
                var result = SessionInput.Result(@event);
                return stop => SubmitAsync(caller, session, turn, call, result, stop);
            case Prefix + "cancel":
                return async stop =>
                {
                    if (await context.Runs.ActiveAsync(session.Id, stop) is { } active) await context.Runs.Control.CancelAsync(active.Run, caller.Author, "The caller cancelled the turn.", stop);
                };
            case null:
                throw ApiException.Missing(@event.At("type"));
            default:
                throw AgentErrors.NotServed(@event.At("type"), "Computer use is not served: no turn asks for such an approval.");
        }
    }

    private async Task SubmitAsync(Caller caller, SessionRecord session, string turn, string call, ToolResult result, CancellationToken cancellationToken)
    {
        if (Ids.RunAfter(AgentPrefix.Turn, turn) is not { } run || await context.Store.GetRunAsync(caller.Scope, run, cancellationToken) is not { } entry || entry.Thread != session.Id)
            throw AgentErrors.NotFound("turn", turn);
        var submitted = await context.Runs.Control.SubmitAsync(run, new Dictionary<string, ToolResult> { [call] = result }, cancellationToken);
        if (submitted != CommandResult.Done) throw AgentErrors.Conflict($"The turn '{turn}' waits for no result of a call '{call}'.");
    }

    private ValueTask<(SessionRecord Session, Document Document)> FindAsync(HttpContext http) =>
        SessionRecord.GetAsync(context.Store, Caller.Of(http).Scope, AgentCall.Route(http, "session"), http.RequestAborted);
}
