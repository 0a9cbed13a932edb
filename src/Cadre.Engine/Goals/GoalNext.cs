using System.Collections.Immutable;
using Cadre.Engine.Budgets;
using Cadre.Engine.Runs;

namespace Cadre.Engine.Goals;

/// <summary>
/// The goal's part of <see cref="RunNext"/>: plan, work on what is ready, review, plan anew, report. A goal calls no model: planner, workers, reviewers
/// and the reporter are child runs, on whichever machine takes them.
/// </summary>
internal static class GoalNext
{
    public static RunStep Next(RunState state, GoalState goal)
    {
        var spec = state.Definition!.Goal!;
        if (goal.StopReason is { } stop)
            return state.Children.Length > 0 ? new RunStep.CancelRuns("system", stop) : Fail(goal, stop);
        if (state.Children.Length == 0 && Allotments.Spent(state.Remaining) is { } spent)
            return new RunStep.Finish(new(RunStatus.Incomplete, GoalPrompts.Results(goal), $"The budget of {spent.Name} is spent.", Limit: spent.Limit));

        if (goal.PlannerOutcome is { } planned) return Planned(state, goal, spec, planned);
        if (goal.Plan is null || goal.ReplanReason is not null)
            return state.Children.Length > 0 ? new RunStep.Wait(WaitFor.Children) : Plan(state, goal, spec, goal.ReplanReason);
        if (goal.ReportOutcome is { } reported) return Reported(goal, spec, reported);

        if (goal.Steps.FirstOrDefault(step => step.Phase == StepPhase.Reviewed) is { } reviewed) return Judged(goal, spec, reviewed);
        var failed = goal.Steps.FirstOrDefault(step => step is { Phase: StepPhase.Worked, Outcome.Status: not RunStatus.Completed });
        if (failed is { Outcome.Status: RunStatus.Incomplete } && state.Remaining.Calls <= 0)
            return state.Children.Length > 0 ? new RunStep.Wait(WaitFor.Children) : new RunStep.Finish(new(RunStatus.Incomplete, GoalPrompts.Results(goal), "The budget of tool calls is spent."));
        if (failed is not null)
            return Record(Retry(spec, failed, $"The attempt ended as {failed.Outcome!.Status}: {failed.Outcome.Reason}"));

        if (goal.Steps.All(step => step.Phase == StepPhase.Accepted))
            return state.Children.Length > 0 ? new RunStep.Wait(WaitFor.Children) : Start(state, 1, [GoalRuns.Reporter(state, goal)]);
        return Work(state, goal, spec);
    }

    private static RunStep Work(RunState state, GoalState goal, GoalSpec spec)
    {
        var accepted = goal.Steps.Where(step => step.Phase == StepPhase.Accepted).Select(step => step.Step.Id).ToHashSet(StringComparer.Ordinal);
        var due = goal.Steps
            .Where(step => step.Phase == StepPhase.Worked || (step.Phase == StepPhase.Waiting && step.Step.DependsOn.All(accepted.Contains)))
            .OrderByDescending(step => step.Phase == StepPhase.Worked)
            .Take(Math.Max(0, spec.Parallel - state.Children.Length))
            .ToImmutableArray();
        if (due.Length == 0)
            return state.Children.Length > 0 ? new RunStep.Wait(WaitFor.Children) : Fail(goal, "No step of the plan can be started.");

        // Every step that is still to be worked on and reviewed, and the report, keep a part of what is left.
        var parts = goal.Steps.Count(step => step.Phase is StepPhase.Waiting or StepPhase.Worked) * 2 + 1;
        return Start(state, parts, [.. due.Select(step => step.Phase == StepPhase.Worked ? GoalRuns.Reviewer(state, goal, step) : GoalRuns.Worker(state, goal, step))]);
    }

    private static RunStep Plan(RunState state, GoalState goal, GoalSpec spec, string? reason) => goal.Plannings >= spec.Plans
        ? Fail(goal, $"No plan led to the goal in {spec.Plans} tries. The last reason: {reason ?? "the planner made no valid plan."}")
        : Start(state, 4, [GoalRuns.Planner(state, goal, reason)]);

    private static RunStep Planned(RunState state, GoalState goal, GoalSpec spec, RunOutcome outcome)
    {
        if (outcome.Status != RunStatus.Completed) return Plan(state, goal, spec, $"The planner ended as {outcome.Status}: {outcome.Reason}");
        var (plan, fault) = StructuredOutput.ReadPlan(outcome.Output, (goal.Plan?.Revision ?? 0) + 1);
        return plan is null ? Plan(state, goal, spec, $"The last plan was not valid: {fault}") : Record(new RunEvent.PlanMade(plan));
    }

    private static RunStep Judged(GoalState goal, GoalSpec spec, StepState step)
    {
        var outcome = step.ReviewOutcome!;
        if (outcome.Status != RunStatus.Completed) return Fail(goal, $"The review of '{step.Step.Title}' ended as {outcome.Status}: {outcome.Reason}");
        var review = StructuredOutput.ReadReview(outcome.Output);
        return Record(review.Verdict == ReviewVerdict.Retry ? Retry(spec, step, review.Reason) : new RunEvent.StepReviewed(step.Step.Id, step.Attempt, review));
    }

    private static RunEvent.StepReviewed Retry(GoalSpec spec, StepState step, string reason) => new(step.Step.Id, step.Attempt, step.Attempt < spec.Attempts
        ? new(ReviewVerdict.Retry, reason)
        : new(ReviewVerdict.Replan, $"'{step.Step.Title}' was not accepted in {step.Attempt} attempts. {reason}"));

    private static RunStep Reported(GoalState goal, GoalSpec spec, RunOutcome outcome)
    {
        if (outcome.Status != RunStatus.Completed) return Fail(goal, $"The report ended as {outcome.Status}: {outcome.Reason}");
        var (review, answer) = StructuredOutput.ReadReport(outcome.Output);
        return review.Verdict switch
        {
            ReviewVerdict.Accept => new RunStep.Finish(new(RunStatus.Completed, answer)),
            ReviewVerdict.Replan when goal.Plannings < spec.Plans => Record(new RunEvent.StepReviewed("", goal.Reports, review)),
            ReviewVerdict.Replan or ReviewVerdict.Retry or ReviewVerdict.Stop => new RunStep.Finish(new(RunStatus.Failed, answer, review.Reason)),
        };
    }

    private static RunStep.StartRuns Start(RunState state, int parts, ImmutableArray<ChildRun> children)
    {
        var part = Allotments.Part(state.Remaining, Math.Max(parts, children.Length));
        return new([.. children.Select(child => child with { Definition = child.Definition with { Budget = part } })]);
    }

    private static RunStep.Record Record(RunEvent @event) => new([@event]);

    private static RunStep.Finish Fail(GoalState goal, string reason) => new(new(RunStatus.Failed, GoalPrompts.Results(goal), reason));
}
