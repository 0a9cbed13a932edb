using System.Collections.Immutable;
using Cadre.Engine.Runs;

namespace Cadre.Engine.Goals;

/// <summary>The goal's part of <see cref="RunFold.Apply"/>.</summary>
internal static class GoalFold
{
    public static GoalState ChildStarted(GoalState goal, string key)
    {
        if (key == goal.PlannerKey) return goal with { PlannerOutcome = null };
        if (goal.Plan is null) return goal;
        return goal with
        {
            Steps = Update(goal.Steps, step =>
                step.Phase == StepPhase.Waiting && goal.WorkKey(step) == key ? step with { Phase = StepPhase.Working } :
                step.Phase == StepPhase.Worked && goal.ReviewKey(step) == key ? step with { Phase = StepPhase.Reviewing } : step),
        };
    }

    public static GoalState ChildFinished(GoalState goal, RunEvent.ChildFinished e)
    {
        if (e.Key == goal.PlannerKey) return goal with { Plannings = goal.Plannings + 1, PlannerOutcome = e.Outcome };
        if (e.Key == goal.ReportKey) return goal with { Reports = goal.Reports + 1, ReportOutcome = e.Outcome };
        if (goal.Plan is null) return goal;
        return goal with
        {
            Steps = Update(goal.Steps, step =>
                step.Phase == StepPhase.Working && goal.WorkKey(step) == e.Key
                    ? step with { Phase = StepPhase.Worked, Outcome = e.Outcome, Evidence = e.Evidence } :
                step.Phase == StepPhase.Reviewing && goal.ReviewKey(step) == e.Key
                    ? step with { Phase = StepPhase.Reviewed, ReviewOutcome = e.Outcome } : step),
        };
    }

    public static GoalState PlanMade(GoalState goal, Plan plan) => goal with
    {
        Plan = plan,
        Done = [.. goal.Done, .. goal.Steps.Where(step => step.Phase == StepPhase.Accepted)],
        Steps = [.. plan.Steps.Select((step, index) => new StepState(index + 1, step, StepPhase.Waiting, Attempt: 1))],
        PlannerOutcome = null,
        ReportOutcome = null,
        ReplanReason = null,
    };

    public static GoalState StepReviewed(GoalState goal, RunEvent.StepReviewed e)
    {
        var review = e.Review;
        var reviewed = goal with
        {
            ReportOutcome = e.StepId.Length == 0 ? null : goal.ReportOutcome,
            PlannerOutcome = null,
            Steps = Update(goal.Steps, step => step.Step.Id != e.StepId || step.Attempt != e.Attempt ? step : review.Verdict switch
            {
                ReviewVerdict.Accept => step with { Phase = StepPhase.Accepted },
                ReviewVerdict.Retry => step with
                {
                    Phase = StepPhase.Waiting,
                    Attempt = step.Attempt + 1,
                    RetryReason = review.Reason,
                    ReviewOutcome = null,
                },
                ReviewVerdict.Replan or ReviewVerdict.Stop => step,
            }),
        };
        return review.Verdict switch
        {
            ReviewVerdict.Accept or ReviewVerdict.Retry => reviewed,
            ReviewVerdict.Replan => reviewed with { ReplanReason = review.Reason },
            ReviewVerdict.Stop => reviewed with { StopReason = review.Reason },
        };
    }

    private static ImmutableArray<StepState> Update(ImmutableArray<StepState> steps, Func<StepState, StepState> change) =>
        [.. steps.Select(change)];
}
