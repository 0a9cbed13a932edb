using System.Collections.Immutable;
using Cadre.Engine.Runs;

namespace Cadre.Engine.Goals;

/// <summary>How far a goal has come. Children are named by what they do, so a key tells whose outcome it brings.</summary>
public sealed record GoalState
{
    /// <summary>The plan in force; null before the first.</summary>
    public Plan? Plan { get; init; }

    public ImmutableArray<StepState> Steps { get; init; } = [];

    /// <summary>Accepted steps of earlier plans.</summary>
    public ImmutableArray<StepState> Done { get; init; } = [];

    /// <summary>Times the planner was asked.</summary>
    public int Plannings { get; init; }

    /// <summary>Times the report was asked for.</summary>
    public int Reports { get; init; }

    /// <summary>Of the planner's last run, until a plan was made of it.</summary>
    public RunOutcome? PlannerOutcome { get; init; }

    public RunOutcome? ReportOutcome { get; init; }

    /// <summary>Why the plan in force must be replaced.</summary>
    public string? ReplanReason { get; init; }

    /// <summary>Why the goal was given up.</summary>
    public string? StopReason { get; init; }

    public string PlannerKey => $"plan-{Plannings + 1}";
    public string ReportKey => $"report-{Reports + 1}";
    public string WorkKey(StepState step) => $"p{Plan!.Revision}-s{step.Number}-a{step.Attempt}";
    public string ReviewKey(StepState step) => WorkKey(step) + "-review";
}

/// <param name="Number">Position in its plan, from 1.</param>
/// <param name="Attempt">From 1.</param>
public sealed record StepState(int Number, PlanStep Step, StepPhase Phase, int Attempt)
{
    public RunOutcome? Outcome { get; init; }

    /// <summary>What the worker's calls were and returned, bounded.</summary>
    public string Evidence { get; init; } = "";

    public RunOutcome? ReviewOutcome { get; init; }

    /// <summary>Of the reviewer, for the attempt before this one.</summary>
    public string? RetryReason { get; init; }
}

public enum StepPhase
{
    Waiting,
    Working,

    /// <summary>The worker has finished and nobody has reviewed it.</summary>
    Worked,

    Reviewing,

    /// <summary>The reviewer has finished and its verdict is not recorded.</summary>
    Reviewed,

    Accepted,
}
