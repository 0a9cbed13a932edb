using Cadre.Engine.Models;
using Cadre.Engine.Runs;

namespace Cadre.Engine.Goals;

/// <summary>The child runs of a goal. Each is an ordinary agent run: what is special about it is its input and the shape of its answer.</summary>
internal static class GoalRuns
{
    public static ChildRun Planner(RunState state, GoalState goal, string? reason) =>
        Child(state, goal.PlannerKey, state.Definition!.Goal!.Planner, StructuredOutput.Plan, GoalPrompts.Plan(state.Definition.Goal, goal, reason));

    public static ChildRun Worker(RunState state, GoalState goal, StepState step) =>
        Child(state, goal.WorkKey(step), state.Definition!.Agent, null, GoalPrompts.Work(state.Definition.Goal!, goal, step));

    public static ChildRun Reviewer(RunState state, GoalState goal, StepState step) =>
        Child(state, goal.ReviewKey(step), state.Definition!.Goal!.Reviewer, StructuredOutput.Review, GoalPrompts.Review(state.Definition.Goal, step));

    public static ChildRun Reporter(RunState state, GoalState goal) =>
        Child(state, goal.ReportKey, state.Definition!.Goal!.Reviewer with { Tools = [] }, StructuredOutput.Report, GoalPrompts.Report(state.Definition.Goal, goal));

    private static ChildRun Child(RunState state, string key, AgentSpec agent, OutputSchema? output, string input)
    {
        var definition = state.Definition!;
        return new(key, new RunDefinition(agent, definition.Owner)
        {
            Approvals = definition.Approvals,
            OnOutage = definition.OnOutage,
            OnDoubt = definition.OnDoubt,
            Output = output,
            Doubts = [.. state.Doubts],
            Metadata = definition.Metadata,
        }, [new Message.User(input)]);
    }
}
