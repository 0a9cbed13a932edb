using System.Runtime.CompilerServices;
using Cadre.Engine.Runs;
using Cadre.Server.Hosting;
using Cadre.Server.Runs;
using Cadre.Storage.Documents;
using Cadre.Wire.Agents;

namespace Cadre.Server.Agents.Sessions;

/// <summary>What happens in a session from now on. Nothing that happened before is told again.</summary>
internal sealed class SessionStream(ServerContext context, SessionView view, SessionItems items)
{
    /// <summary>Everything, until the caller goes or the server drains.</summary>
    /// <param name="watching">Begun before the caller was told that the stream is open.</param>
    /// <param name="active">The run that was open then: it is told from there on.</param>
    public async IAsyncEnumerable<AgentEvent> LiveAsync(SessionRecord session, ThreadWatch.Watching watching, RunTimeline? active, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var ids = new EventIds();
        if (active is not null)
        {
            await foreach (var @event in TurnAsync(session, active, ids, cancellationToken)) yield return @event;
        }

        await foreach (var run in watching.Runs.ReadAllAsync(cancellationToken))
        {
            if (run == active?.Run) continue;
            await foreach (var @event in TurnAsync(session, new(run), ids, cancellationToken)) yield return @event;
        }
    }

    /// <summary>A session that was just made, up to the end of its first turn.</summary>
    /// <param name="turn">Null when it was made without input.</param>
    public async IAsyncEnumerable<AgentEvent> CreationAsync(SessionRecord session, RunId? turn, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var ids = new EventIds();
        yield return new AgentEvent.SessionCreated(ids.Next(), await view.ShowAsync(session, null, SessionView.Idle, cancellationToken));
        if (session.EnvironmentId is { } environment)
            yield return new AgentEvent.EnvironmentReady(ids.Next(), AgentPrefix.Session + session.Id, new(Environments.EnvironmentTools.Prefix + environment, "self_hosted", "ready"));
        if (turn is not { } run)
        {
            yield return new AgentEvent.SessionIdle(ids.Next(), await view.ShowAsync(session, null, SessionView.Idle, cancellationToken));
            yield break;
        }

        await foreach (var @event in TurnAsync(session, new(run), ids, cancellationToken)) yield return @event;
    }

    private async IAsyncEnumerable<AgentEvent> TurnAsync(SessionRecord session, RunTimeline run, EventIds ids, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        TurnEvents? events = run.State.Definition is null ? null : new(session.Id, run, ids);
        var (sessionId, turnId) = (AgentPrefix.Session + session.Id, AgentPrefix.Turn + run.Run);
        var waits = run.State.Definition is not null && run.Phase == RunPhase.AwaitingCaller;
        await foreach (var update in context.Runs.StreamAsync(run, run.State.Version, cancellationToken))
        {
            if (events is null)
            {
                events = new(session.Id, run, ids);
                yield return new AgentEvent.TurnCreated(ids.Next(), sessionId, turnId, TurnView.Show(session.Id, run, TurnView.Queued));
                yield return new AgentEvent.SessionInProgress(ids.Next(), await ShowAsync(session, run, SessionView.InProgress, cancellationToken));
                yield return new AgentEvent.TurnInProgress(ids.Next(), sessionId, turnId, TurnView.Show(session.Id, run, TurnView.InProgress));
                foreach (var given in await items.GivenAsync(Scope.Everything, session.Id, run.Run, cancellationToken))
                    yield return new AgentEvent.ItemAdded(ids.Next(), sessionId, turnId, given, null);
            }

            foreach (var @event in events.On(update)) yield return @event;
            if (update is not RunUpdate.Fact) continue;
            if (run.State.HasEnded)
            {
                yield return Ended(session, run, ids);
                yield return new AgentEvent.SessionIdle(ids.Next(), await ShowAsync(session, run, SessionView.Idle, cancellationToken));
                yield break;
            }

            var waitsNow = run.Phase == RunPhase.AwaitingCaller;
            if (waitsNow && !waits) yield return new AgentEvent.SessionRequiresAction(ids.Next(), await ShowAsync(session, run, SessionView.RequiresAction, cancellationToken));
            if (waits && !waitsNow) yield return new AgentEvent.SessionInProgress(ids.Next(), await ShowAsync(session, run, SessionView.InProgress, cancellationToken));
            waits = waitsNow;
        }
    }

    private static AgentEvent Ended(SessionRecord session, RunTimeline run, EventIds ids)
    {
        var turn = TurnView.Show(session.Id, run);
        return turn.Status switch
        {
            TurnView.Completed => new AgentEvent.TurnCompleted(ids.Next(), turn.SessionId, turn.Id, turn, turn.Usage),
            TurnView.Cancelled => new AgentEvent.TurnCancelled(ids.Next(), turn.SessionId, turn.Id, turn, turn.Usage),
            _ => new AgentEvent.TurnFailed(ids.Next(), turn.SessionId, turn.Id, turn, turn.Usage),
        };
    }

    /// <summary>The session as it is now: it may have been changed since the stream began.</summary>
    private async ValueTask<SessionObject> ShowAsync(SessionRecord session, RunTimeline run, string status, CancellationToken cancellationToken)
    {
        var now = await context.Store.GetAsync(Scope.Everything, SessionRecord.Kind, session.Id, cancellationToken);
        return await view.ShowAsync(now is null ? session : SessionRecord.Read(now), run, status, cancellationToken);
    }
}
