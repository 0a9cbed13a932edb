using System.Collections.Immutable;
using Cadre.Engine.Budgets;
using Cadre.Engine.Models;

namespace Cadre.Engine.Runs;

/// <summary>What a driver does next with a run. All deciding is in <see cref="RunNext"/>; a driver only acts.</summary>
public abstract record RunStep
{
    private RunStep() { }

    public sealed record CallModel : RunStep;

    /// <summary>Summarise the history before position <paramref name="Until"/>.</summary>
    public sealed record Compact(int Until) : RunStep;

    /// <summary>Bring these calls on: judge what was requested, make what was approved, clear up what a dead driver left behind.</summary>
    public sealed record CallTools(ImmutableArray<CallState> Calls) : RunStep;

    public sealed record StartRuns(ImmutableArray<ChildRun> Children) : RunStep;

    /// <summary>See to it that every open child is cancelled, then wait for them.</summary>
    public sealed record CancelRuns(string Author, string Reason) : RunStep;

    /// <summary>Facts that follow from what is known; nothing has to be done for them.</summary>
    public sealed record Record(ImmutableArray<RunEvent> Events) : RunStep;

    /// <summary>Nothing can be done until a person, the client or a child has done something. A waiting run holds no thread and no memory.</summary>
    public sealed record Wait(WaitFor For) : RunStep;

    public sealed record Finish(RunOutcome Outcome) : RunStep;

    /// <summary>The terminal event is recorded, or the run does not exist.</summary>
    public sealed record Nothing : RunStep;
}

public enum WaitFor
{
    Approval,
    Client,
    Children,
}

/// <summary>A child to start. Starting one that exists changes nothing.</summary>
public sealed record ChildRun(string Key, RunDefinition Definition, ImmutableArray<Message> Input)
{
    public Budget Allotment => Definition.Budget;
}
