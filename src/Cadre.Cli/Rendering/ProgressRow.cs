using Cadre.Engine.Goals;
using Cadre.Engine.Runs;
using Cadre.Cli.Terminals;

namespace Cadre.Cli.Rendering;

internal enum RowState
{
    Waiting,
    Active,
    AwaitingPerson,
    Paused,
    Done,
    Failed,
}

/// <summary>One line of the picture of a goal: planning, a step, the report.</summary>
/// <param name="Activity">What is being done or why it is not, in a few words.</param>
internal sealed record ProgressRow(RowState State, string Title, string Activity)
{
    private const int TitleLength = 120;
    private const int ActivityLength = 160;

    /// <summary>Pure: the same tree gives the same rows.</summary>
    public static IReadOnlyList<ProgressRow> Of(RunTree tree)
    {
        var root = tree.Root;
        if (root.Goal is not { } goal) return [Agent(tree, root)];
        var rows = new List<ProgressRow> { Planning(tree, root, goal) };
        foreach (var step in goal.Done) rows.Add(new(RowState.Done, Shortened(step.Step.Title), "accepted, from an earlier plan"));
        foreach (var step in goal.Steps) rows.Add(Step(tree, root, goal, step));
        if (Child(tree, root, goal.ReportKey) is { } report) rows.Add(new(StateOf(report), "Report", ActivityOf(report)));
        else if (goal.ReportOutcome is not null || (root.Outcome?.Status == RunStatus.Completed && goal.Reports > 0)) rows.Add(new(RowState.Done, "Report", ""));
        return rows;
    }

    private static ProgressRow Agent(RunTree tree, RunState root) =>
        new(root.Outcome is { } outcome ? StateOf(outcome) : StateOf(root), Shortened(root.Definition?.Agent.Name ?? tree.Id.ToString()), ActivityOf(root));

    private static ProgressRow Planning(RunTree tree, RunState root, GoalState goal)
    {
        var title = goal.Plan is { Revision: > 1 } ? $"Plan (revision {goal.Plan.Revision})" : "Plan";
        if (Child(tree, root, goal.PlannerKey) is { } planner) return new(StateOf(planner), title, ActivityOf(planner));
        return goal.Plan is { } plan
            ? new(RowState.Done, title, TerminalText.Plural(plan.Steps.Length, "step"))
            : new(root.HasEnded ? RowState.Failed : RowState.Waiting, title, "");
    }

    private static ProgressRow Step(RunTree tree, RunState root, GoalState goal, StepState step)
    {
        var title = Shortened(step.Step.Title) + (step.Attempt > 1 ? $" (attempt {step.Attempt})" : "");
        return step.Phase switch
        {
            StepPhase.Waiting => new(root.HasEnded ? RowState.Failed : RowState.Waiting, title, After(goal, step)),
            StepPhase.Working when Child(tree, root, goal.WorkKey(step)) is { } worker => new(StateOf(worker), title, ActivityOf(worker)),
            StepPhase.Reviewing when Child(tree, root, goal.ReviewKey(step)) is { } reviewer => new(StateOf(reviewer), title, "review: " + ActivityOf(reviewer)),
            StepPhase.Accepted => new(RowState.Done, title, ""),
            StepPhase.Working or StepPhase.Worked or StepPhase.Reviewing or StepPhase.Reviewed =>
                new(root.HasEnded ? RowState.Failed : RowState.Active, title, step.Outcome?.Reason is { } reason ? TerminalText.Line(reason, ActivityLength) : ""),
        };
    }

    private static string After(GoalState goal, StepState step)
    {
        if (step.RetryReason is { } reason) return TerminalText.Line("again: " + reason, ActivityLength);
        var open = goal.Steps.Where(other => other.Phase != StepPhase.Accepted && step.Step.DependsOn.Contains(other.Step.Id)).Select(other => other.Number).ToArray();
        return open.Length == 0 ? "" : $"after {string.Join(", ", open)}";
    }

    /// <summary>The child of this key while it is open.</summary>
    private static RunState? Child(RunTree tree, RunState root, string key) =>
        root.Children.Any(child => child.Key == key) ? tree[root.Id.Child(key)] : null;

    private static RowState StateOf(RunState run) => run switch
    {
        { Outcome: { } outcome } => StateOf(outcome),
        { Paused: not null } => RowState.Paused,
        _ when run.Calls.Any(call => call.Phase == CallPhase.AwaitingApproval) => RowState.AwaitingPerson,
        _ => RowState.Active,
    };

    private static RowState StateOf(RunOutcome outcome) => outcome.Status == RunStatus.Completed ? RowState.Done : RowState.Failed;

    private static string ActivityOf(RunState run)
    {
        if (run.Outcome is { } outcome) return TerminalText.Line(outcome.Reason ?? "", ActivityLength);
        if (run.Paused is { } paused) return TerminalText.Line("paused: " + paused.Reason, ActivityLength);
        if (run.Calls.FirstOrDefault(call => call.Phase == CallPhase.AwaitingApproval) is { } asked)
            return "needs approval: " + CallText.Of(asked.Request, ActivityLength);
        var started = run.Calls.Where(call => call.Phase is CallPhase.Started or CallPhase.AtClient).ToArray();
        if (started.Length > 0)
            return CallText.Of(started[0].Request, ActivityLength) + (started.Length > 1 ? $" and {TerminalText.Plural(started.Length - 1, "more call")}" : "");
        return run.Definition is null ? "" : "thinking";
    }

    private static string Shortened(string text) => TerminalText.Line(text, TitleLength);
}
