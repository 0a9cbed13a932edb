using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Cadre.Engine.Budgets;
using Cadre.Engine.Goals;
using Cadre.Engine.Models;
using Cadre.Engine.Tools;

namespace Cadre.Engine.Runs;

/// <summary>
/// A fact about a run. The ordered list of these is the run: state, streams, audit and cost are folds of it. At most 20 cases; a name or field that
/// was written once is read for ever. Variation goes into payloads, not into new cases.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(Started), "run.started")]
[JsonDerivedType(typeof(Resumed), "run.resumed")]
[JsonDerivedType(typeof(Paused), "run.paused")]
[JsonDerivedType(typeof(CancelRequested), "run.cancel_requested")]
[JsonDerivedType(typeof(BudgetRaised), "run.budget_raised")]
[JsonDerivedType(typeof(Ended), "run.ended")]
[JsonDerivedType(typeof(MessageAdded), "message.added")]
[JsonDerivedType(typeof(TurnFinished), "turn.finished")]
[JsonDerivedType(typeof(HistoryCompacted), "history.compacted")]
[JsonDerivedType(typeof(ApprovalAsked), "approval.asked")]
[JsonDerivedType(typeof(ApprovalGiven), "approval.given")]
[JsonDerivedType(typeof(CallStarted), "call.started")]
[JsonDerivedType(typeof(CallFinished), "call.finished")]
[JsonDerivedType(typeof(ChildStarted), "child.started")]
[JsonDerivedType(typeof(ChildFinished), "child.finished")]
[JsonDerivedType(typeof(PlanMade), "plan.made")]
[JsonDerivedType(typeof(StepReviewed), "step.reviewed")]
public abstract record RunEvent
{
    private RunEvent() { }

    /// <summary>When the driver or face recorded it. Its position in the journal is its number; it carries none.</summary>
    public DateTimeOffset At { get; init; }

    // ── run ──

    /// <summary>Always the first.</summary>
    public sealed record Started(RunDefinition Definition, ImmutableArray<Message> Input) : RunEvent;

    /// <summary>A driver took the run over from one that stopped or died.</summary>
    public sealed record Resumed(string Driver) : RunEvent;

    /// <summary>The driver stopped for a reason outside the run; it goes on when resumed.</summary>
    public sealed record Paused(string Reason, ModelFailure? Failure = null) : RunEvent;

    /// <param name="Author">"user:ID" or "system".</param>
    public sealed record CancelRequested(string Author, string Reason) : RunEvent;

    public sealed record BudgetRaised(string Author, Budget Budget) : RunEvent;

    /// <summary>Always the last, and there is only one.</summary>
    public sealed record Ended(RunOutcome Outcome) : RunEvent;

    // ── conversation ──

    public sealed record MessageAdded(Message Message) : RunEvent;

    public sealed record TurnFinished(ModelReply Reply) : RunEvent;

    /// <summary>History before position <paramref name="Until"/>, its first message excepted, is replaced by the summary.</summary>
    public sealed record HistoryCompacted(string Summary, int Until, Usage Usage, decimal? Cost) : RunEvent;

    // ── calls ──

    /// <param name="Hash">Of tool, definition and arguments: the approval is for exactly this.</param>
    public sealed record ApprovalAsked(string CallId, string Hash, ApprovalReason Reason, string Rule, string Because) : RunEvent;

    /// <summary>Valid once, for the call with this hash.</summary>
    public sealed record ApprovalGiven(string CallId, string Hash, bool Approved, string Author, string? Comment = null) : RunEvent;

    /// <summary>Durable before the call is made.</summary>
    public sealed record CallStarted(string CallId, string Key, int Attempt, Effect Effect, Provenance Provenance, string Rule, string PolicyHash) : RunEvent;

    /// <summary>Durable before the model sees the result. Also written, without a start, for a call that was refused.</summary>
    public sealed record CallFinished(string CallId, ToolResult Result, TimeSpan Duration) : RunEvent;

    // ── children ──

    /// <param name="Key">The last segment of the child's id.</param>
    /// <param name="Allotment">Reserved for the child out of this run's budget.</param>
    public sealed record ChildStarted(string Key, Budget Allotment) : RunEvent;

    /// <param name="Evidence">What the child's calls were and returned, bounded.</param>
    /// <param name="Doubts">The child's calls in doubt.</param>
    public sealed record ChildFinished(string Key, RunOutcome Outcome, Spending Spent, string Evidence, ImmutableArray<string> Doubts) : RunEvent;

    // ── goals ──

    public sealed record PlanMade(Plan Plan) : RunEvent;

    public sealed record StepReviewed(string StepId, int Attempt, Review Review) : RunEvent;
}

/// <summary>Why a person is asked.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ApprovalReason>))]
public enum ApprovalReason
{
    Policy,

    /// <summary>The call was interrupted, and it is not known whether it happened. Approving makes it again; declining takes it as done.</summary>
    InDoubt,

    /// <summary>The same call is in doubt from before.</summary>
    RepeatOfDoubt,
}

/// <param name="Output">The final answer; what there is of it when the run did not complete.</param>
/// <param name="Reason">Why it did not complete, for a person; null when it did.</param>
/// <param name="Limit">What stopped an incomplete run.</param>
public sealed record RunOutcome(RunStatus Status, string Output, string? Reason = null, ModelFailure? Failure = null, OutcomeLimit? Limit = null);

[JsonConverter(typeof(JsonStringEnumConverter<OutcomeLimit>))]
public enum OutcomeLimit
{
    Tokens,
    InputTokens,
    OutputTokens,
    Money,
    Wall,
    Calls,
    Turns,
    ContentFilter,
}

[JsonConverter(typeof(JsonStringEnumConverter<RunStatus>))]
public enum RunStatus
{
    Completed,
    Failed,
    Cancelled,

    /// <summary>A budget, a turn limit or the model's output limit stopped it.</summary>
    Incomplete,

    /// <summary>It waited for somebody longer than allowed.</summary>
    Expired,
}
