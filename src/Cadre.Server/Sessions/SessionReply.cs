using System.Collections.Immutable;
using System.Text.Json;
using Cadre.Engine.Models;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Server.Agents;
using Cadre.Server.Agents.Sessions;
using Cadre.Server.Runs;

namespace Cadre.Server.Sessions;

/// <summary>What became of a message: a rendering of its run as it is now.</summary>
/// <param name="RunId">"run_…"</param>
/// <param name="Response">What the agent said last; what there is of it where the run did not complete.</param>
public sealed record SessionReply(string SessionId, string ThreadId, string RunId, ReplyStatus Status, string Response)
{
    /// <summary>All of the run, in the order in which they were asked for.</summary>
    public ImmutableArray<SessionCall> ToolCalls { get; init; } = [];

    /// <summary>Calls of the caller's functions that wait for their outputs.</summary>
    public ImmutableArray<SessionCall> RequiredActions { get; init; } = [];

    public ImmutableArray<PendingApproval> Approvals { get; init; } = [];

    /// <summary>Why it did not complete, for a person; null otherwise.</summary>
    public string? Reason { get; init; }

    /// <summary>What stopped an incomplete run.</summary>
    public OutcomeLimit? Limit { get; init; }

    public Usage Usage { get; init; }

    /// <summary>US dollars, as far as the models have prices.</summary>
    public decimal Cost { get; init; }

    internal static SessionReply Of(RunTimeline run)
    {
        var outcome = run.Outcome;
        return new(AgentPrefix.Session + run.Definition.Thread, SessionsFace.Thread + run.Definition.Thread, SessionsFace.Run + run.Run, StatusOf(run),
            outcome?.Output ?? (run.Turns.Count > 0 ? run.Turns[^1].Reply.Text : ""))
        {
            ToolCalls = [.. run.Turns.SelectMany(turn => turn.Calls).Select(SessionCall.Of)],
            RequiredActions = [.. Open(run, CallPhase.AtClient).Select(call => new SessionCall(call.Request.CallId, call.Request.Tool, ItemView.Arguments(call.Request.Arguments)))],
            Approvals = [.. Open(run, CallPhase.AwaitingApproval).Select(PendingApproval.Of)],
            Reason = outcome?.Reason,
            Limit = outcome?.Limit,
            Usage = run.State.Spent.Tokens,
            Cost = run.State.Spent.Money,
        };
    }

    internal static ReplyStatus StatusOf(RunTimeline run) => run.Phase switch
    {
        RunPhase.AwaitingCaller => ReplyStatus.RequiresAction,
        RunPhase.AwaitingApproval => ReplyStatus.RequiresApproval,
        RunPhase.Ended => run.Outcome!.Status switch
        {
            RunStatus.Completed => ReplyStatus.Completed,
            RunStatus.Failed => ReplyStatus.Failed,
            RunStatus.Cancelled => ReplyStatus.Cancelled,
            RunStatus.Expired => ReplyStatus.Expired,
            RunStatus.Incomplete => ReplyStatus.Incomplete,
            _ => throw new System.Diagnostics.UnreachableException(),
        },
        _ => ReplyStatus.InProgress,
    };

    /// <summary>What a run that is being cancelled was waiting for is waited for no more.</summary>
    private static IEnumerable<CallState> Open(RunTimeline run, CallPhase phase) =>
        run.Phase is RunPhase.Ended or RunPhase.Cancelling ? [] : run.State.Calls.Where(call => call.Phase == phase);
}

public enum ReplyStatus
{
    Completed,
    Failed,
    Cancelled,
    Expired,

    /// <summary>A limit of tokens, money, time, calls or turns stopped it.</summary>
    Incomplete,

    /// <summary>It waits for outputs of the caller's functions.</summary>
    RequiresAction,

    /// <summary>It waits for a person's approval.</summary>
    RequiresApproval,

    /// <summary>It goes on, whoever waits for it.</summary>
    InProgress,
}

/// <param name="Input">The arguments as an object; a text where the model wrote no JSON.</param>
public sealed record SessionCall(string CallId, string Tool, JsonElement Input)
{
    /// <summary>Null while it has no result.</summary>
    public ToolStatus? Status { get; init; }

    /// <summary>What the tool gave: its structured content where it has some, else the text that the model was told.</summary>
    public JsonElement? Result { get; init; }

    internal static SessionCall Of(CallRecord call) => new(call.Request.CallId, call.Request.Tool, ItemView.Arguments(call.Request.Arguments))
    {
        Status = call.Finished?.Result.Status,
        Result = call.Finished is not { Result: var result } ? null : result.Structured ?? AgentCall.Json(json => json.WriteStringValue(result.Output)),
    };
}

/// <param name="Hash">Of exactly this call: the answer has to name it.</param>
/// <param name="Rule">Of the policy, which asks.</param>
public sealed record PendingApproval(string CallId, string Hash, string Tool, JsonElement Input, string Rule, string Because)
{
    internal static PendingApproval Of(CallState call) =>
        new(call.Request.CallId, call.Asked!.Hash, call.Request.Tool, ItemView.Arguments(call.Request.Arguments), call.Asked.Rule, call.Asked.Because);
}
