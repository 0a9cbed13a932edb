using System.Collections.Immutable;
using Cadre.Cli.Settings;
using Cadre.Engine.Budgets;
using Cadre.Engine.Goals;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;

namespace Cadre.Cli.Running;

/// <summary>What a person asked for and what was found around it, made into a run.</summary>
/// <param name="ReadTools">Names of the tools that only read: all that planner and reviewer get.</param>
/// <param name="Limits">What options say.</param>
/// <param name="PolicyLimits">What the policy says; the stricter part of each holds.</param>
internal sealed record GoalDefinition(string Goal, CadreSettings Settings, ImmutableArray<string> ReadTools, Budget Limits, Budget PolicyLimits)
{
    public const int MaxGoalLength = 100_000;
    public const int MaxParallel = 64;

    /// <summary>In a run's metadata: host and port of the endpoint that it began with, or <see cref="BuiltInSimulator"/>.</summary>
    public const string EndpointKey = "endpoint";
    public const string BuiltInSimulator = "built-in simulator";

    public ApprovalMode Approvals { get; init; } = ApprovalMode.Ask;
    public int Parallel { get; init; } = 4;
    public string? Surroundings { get; init; }
    public string? StandingInstructions { get; init; }

    public RunDefinition ToDefinition(Owner owner) => new(Agent("worker", Settings.Model, GoalPrompts.Worker, ["*"]), owner)
    {
        Goal = new GoalSpec(
            Goal,
            Agent("planner", Settings.PlannerModel, GoalPrompts.Planner, ReadTools),
            Agent("reviewer", Settings.ReviewerModel, GoalPrompts.Reviewer, ReadTools),
            Surroundings,
            StandingInstructions) { Parallel = Parallel },
        Approvals = Approvals,
        Budget = Allotments.Stricter(Limits, PolicyLimits),
        Metadata = ImmutableDictionary<string, string>.Empty.Add("workspace", Settings.Workspace).Add("face", "cli").Add(EndpointKey, Settings.Endpoint?.Authority ?? BuiltInSimulator),
    };

    private AgentSpec Agent(string name, string model, string instructions, ImmutableArray<string> tools) =>
        new(name, model, instructions, tools) { CompactionModel = Settings.SmallModel == model ? null : Settings.SmallModel };
}
