using System.Diagnostics;
using Cadre.Engine.Budgets;
using Cadre.Engine.Goals;
using Cadre.Engine.Models;
using Cadre.Engine.Tools;

namespace Cadre.Engine.Runs;

/// <summary>What has happened: pure and total. Any sequence of events folds, also one that no driver would write.</summary>
public static class RunFold
{
    public static RunState Apply(RunState state, RunEvent @event)
    {
        var next = Change(Timed(state, @event), @event);
        return next with { Version = state.Version + 1, LastAt = @event.At };
    }

    private static RunState Change(RunState state, RunEvent @event) => @event switch
    {
        _ when state.HasEnded => state,
        RunEvent.Started e => Start(state, e),
        RunEvent.Resumed => state with { Paused = null },
        RunEvent.Paused e => state with { Paused = e },
        RunEvent.CancelRequested e => state with { Cancel = state.Cancel ?? e },
        RunEvent.BudgetRaised e => state with { Budget = e.Budget },
        RunEvent.Ended e => state with { Outcome = e.Outcome, Calls = [], Children = [] },
        RunEvent.MessageAdded e => AddMessage(state, e.Message),
        RunEvent.TurnFinished e => FinishTurn(state, e.Reply),
        RunEvent.HistoryCompacted e => Compact(state, e),
        RunEvent.ApprovalAsked e => WithCall(state, e.CallId, call => call with { Phase = CallPhase.AwaitingApproval, Asked = e, Given = null }),
        RunEvent.ApprovalGiven e => WithCall(state, e.CallId, call =>
            call.Phase == CallPhase.AwaitingApproval && call.Asked?.Hash == e.Hash ? call with { Phase = CallPhase.Decided, Given = e } : call),
        RunEvent.CallStarted e => StartCall(state, e),
        RunEvent.CallFinished e => FinishCall(state, e),
        RunEvent.ChildStarted e => state with
        {
            Children = state.Children.Add(new(e.Key, e.Allotment)),
            Goal = state.Goal is { } goal ? GoalFold.ChildStarted(goal, e.Key) : null,
        },
        RunEvent.ChildFinished e => FinishChild(state, e),
        RunEvent.PlanMade e => state with { Goal = GoalFold.PlanMade(state.Goal ?? new(), e.Plan) },
        RunEvent.StepReviewed e => state with { Goal = GoalFold.StepReviewed(state.Goal ?? new(), e) },
        _ => throw new UnreachableException($"No fold for {@event.GetType().Name}."),
    };

    private static RunState Start(RunState state, RunEvent.Started e) => state.Definition is not null ? state : state with
    {
        Definition = e.Definition,
        StartedAt = e.At,
        History = History.Empty.AddRange(e.Input),
        Budget = e.Definition.Budget,
        Doubts = [.. e.Definition.Doubts],
        Goal = e.Definition.Goal is null ? null : new(),
    };

    /// <summary>Time counts while a driver works on the run, not while it waits for people, for its children or for a driver.</summary>
    private static RunState Timed(RunState state, RunEvent @event)
    {
        var idle = state.Definition is null || state.Paused is not null || state.HasEnded || @event is RunEvent.Resumed
            || state.Children.Length > 0 || state.Calls.Any(call => call.Waits);
        var passed = @event.At - state.LastAt;
        return idle || passed <= TimeSpan.Zero ? state : state with { Spent = state.Spent with { Active = state.Spent.Active + passed } };
    }

    private static RunState AddMessage(RunState state, Message message)
    {
        if (state.Calls.Length > 0) return state with { Held = state.Held.Add(message) };
        var repairs = message is Message.Developer && state.History.Last is Message.Assistant ? state.Repairs + 1 : 0;
        return state with { History = state.History.Add(message), Repairs = repairs };
    }

    private static RunState FinishTurn(RunState state, ModelReply reply) => state with
    {
        History = state.History.Add(new Message.Assistant(reply.Text, reply.Calls, reply.Raw)),
        Calls = [.. reply.Calls.Select((request, index) => new CallState(index, request, CallPhase.Requested))],
        Turns = state.Turns + 1,
        Repairs = reply.Calls.Length > 0 ? 0 : state.Repairs,
        LastStop = reply.Stop,
        ContextTokens = reply.Usage.Total,
        Spent = Charge(state.Spent, reply.Usage, reply.Cost) with { Turns = state.Spent.Turns + 1 },
    };

    private static Spending Charge(Spending spent, Usage usage, decimal? cost) => spent with
    {
        Tokens = spent.Tokens + usage,
        Money = spent.Money + (cost ?? 0),
        UnpricedTurns = spent.UnpricedTurns + (cost is null ? 1 : 0),
    };

    private static RunState Compact(RunState state, RunEvent.HistoryCompacted e)
    {
        var kept = History.Empty;
        if (state.History.Count > 0) kept = kept.Add(state.History[0]);
        kept = kept.Add(new Message.User(e.Summary));
        return state with
        {
            History = kept.AddRange(state.History.Skip(Math.Max(1, e.Until))),
            ContextTokens = 0,
            Spent = e.Usage == default ? state.Spent : Charge(state.Spent, e.Usage, e.Cost),
        };
    }

    private static RunState StartCall(RunState state, RunEvent.CallStarted e) =>
        WithCall(state, e.CallId, call => call with { Phase = e.Provenance.Source == ToolSources.Client ? CallPhase.AtClient : CallPhase.Started, Start = e }) with
        {
            Spent = e.Attempt > 1 ? state.Spent : state.Spent with { Calls = state.Spent.Calls + 1 },
        };

    private static RunState FinishCall(RunState state, RunEvent.CallFinished e)
    {
        var finished = WithCall(state, e.CallId, call => call.Phase == CallPhase.Finished ? call : call with { Phase = CallPhase.Finished, Result = e.Result });
        if (e.Result.Status == ToolStatus.InDoubt && finished.Calls.FirstOrDefault(call => call.Request.CallId == e.CallId) is { } doubted)
        {
            finished = finished with { Doubts = finished.Doubts.Add(CallHash.OfRequest(doubted.Request)) };
        }

        if (finished.Calls.Length == 0 || finished.Calls.Any(call => call.Phase != CallPhase.Finished)) return finished;
        var outputs = finished.Calls.Select(call => (Message)new Message.ToolOutput(call.Request.CallId, call.Result!.Output));
        return finished with
        {
            History = finished.History.AddRange([.. outputs, .. finished.Held]),
            Held = [],
            Calls = [],
            FruitlessTurns = finished.Calls.All(call => call.Start is null) ? finished.FruitlessTurns + 1 : 0,
        };
    }

    private static RunState FinishChild(RunState state, RunEvent.ChildFinished e)
    {
        if (state.Children.FirstOrDefault(child => child.Key == e.Key) is not { } child) return state;
        var open = state.Children.Remove(child);
        var longest = e.Spent.Active > state.ChildrenActive ? e.Spent.Active : state.ChildrenActive;
        var spent = state.Spent + e.Spent with { Active = open.Length == 0 ? longest : TimeSpan.Zero };
        return state with
        {
            Children = open,
            ChildrenActive = open.Length == 0 ? TimeSpan.Zero : longest,
            Spent = spent,
            Doubts = state.Doubts.Union(e.Doubts),
            Goal = state.Goal is { } goal ? GoalFold.ChildFinished(goal, e) : null,
        };
    }

    private static RunState WithCall(RunState state, string callId, Func<CallState, CallState> change) =>
        state with { Calls = [.. state.Calls.Select(call => call.Request.CallId == callId ? change(call) : call)] };
}
