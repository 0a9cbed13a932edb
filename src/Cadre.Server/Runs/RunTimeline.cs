using Cadre.Engine.Models;
using Cadre.Engine.Runs;

namespace Cadre.Server.Runs;

/// <summary>A run's journal as the faces show it: turns with their calls and times. A fold beside the engine's own, which keeps no past.</summary>
public sealed class RunTimeline(RunId run)
{
    private readonly List<TurnRecord> _turns = [];

    public RunId Run => run;

    /// <summary>The engine's fold of the same events.</summary>
    public RunState State { get; private set; } = new(run);

    public RunDefinition Definition => State.Definition ?? throw new InvalidOperationException($"Run {run} has not started.");

    public IReadOnlyList<TurnRecord> Turns => _turns;
    public DateTimeOffset CreatedAt => State.StartedAt;

    /// <summary>Of the terminal event; null while the run is open.</summary>
    public DateTimeOffset? EndedAt { get; private set; }

    public DateTimeOffset? CancelledAt { get; private set; }

    public RunOutcome? Outcome => State.Outcome;

    public RunPhase Phase => this switch
    {
        { State.HasEnded: true } => RunPhase.Ended,
        { State.Cancel: not null } => RunPhase.Cancelling,
        { State.Calls: var calls } when calls.Any(call => call.Phase is CallPhase.Requested or CallPhase.Decided or CallPhase.Started) => RunPhase.InProgress,
        { State.Calls: var calls } when calls.Any(call => call.Phase == CallPhase.AwaitingApproval) => RunPhase.AwaitingApproval,
        { State.Calls: var calls } when calls.Any(call => call.Phase == CallPhase.AtClient) => RunPhase.AwaitingCaller,
        { State.Paused: not null } => RunPhase.Paused,
        _ => RunPhase.InProgress,
    };

    public void Add(RunEvent @event)
    {
        State = RunFold.Apply(State, @event);
        switch (@event)
        {
            case RunEvent.TurnFinished e:
                _turns.Add(new(_turns.Count, e.At, e.Reply, [.. e.Reply.Calls.Select((request, index) => new CallRecord(index, request))]));
                break;
            case RunEvent.ApprovalAsked e when Find(e.CallId) is { } call:
                call.Asked = e;
                break;
            case RunEvent.ApprovalGiven e when Find(e.CallId) is { } call:
                call.Given = e;
                break;
            case RunEvent.CallStarted e when Find(e.CallId) is { } call:
                call.Started = e;
                break;
            case RunEvent.CallFinished e when Find(e.CallId) is { Finished: null } call:
                call.Finished = e;
                break;
            case RunEvent.CancelRequested e:
                CancelledAt ??= e.At;
                break;
            case RunEvent.Ended e:
                EndedAt ??= e.At;
                break;
        }
    }

    /// <summary>The newest call of this id.</summary>
    public CallRecord? Find(string callId)
    {
        for (var i = _turns.Count - 1; i >= 0; i--)
        {
            foreach (var call in _turns[i].Calls)
            {
                if (call.Request.CallId == callId) return call;
            }
        }

        return null;
    }
}

public enum RunPhase
{
    InProgress,

    /// <summary>The caller has to submit the outputs of its functions.</summary>
    AwaitingCaller,

    AwaitingApproval,

    /// <summary>The model cannot be reached; it goes on when the server takes it over.</summary>
    Paused,

    Cancelling,
    Ended,
}

/// <param name="Index">0 is the first.</param>
/// <param name="At">When the reply was whole.</param>
public sealed record TurnRecord(int Index, DateTimeOffset At, ModelReply Reply, IReadOnlyList<CallRecord> Calls);

/// <param name="index">Position in its turn.</param>
public sealed class CallRecord(int index, ToolRequest request)
{
    public int Index => index;
    public ToolRequest Request => request;
    public RunEvent.ApprovalAsked? Asked { get; internal set; }
    public RunEvent.ApprovalGiven? Given { get; internal set; }
    public RunEvent.CallStarted? Started { get; internal set; }
    public RunEvent.CallFinished? Finished { get; internal set; }

    /// <summary>A function that the caller of the API runs.</summary>
    public bool IsCallers => Started?.Provenance.Source == Engine.Tools.ToolSources.Client;
}
