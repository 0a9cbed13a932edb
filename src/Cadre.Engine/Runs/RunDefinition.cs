using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cadre.Engine.Budgets;
using Cadre.Engine.Models;
using Cadre.Engine.Tools;

namespace Cadre.Engine.Runs;

/// <summary>What a run is to do and within which bounds; fixed when it starts.</summary>
/// <param name="Agent">Who does it. In a goal: who works on its steps.</param>
public sealed record RunDefinition(AgentSpec Agent, Owner Owner)
{
    /// <summary>Set for a goal: the run plans, starts children and reviews instead of calling a model itself.</summary>
    public GoalSpec? Goal { get; init; }

    public Budget Budget { get; init; } = Budget.Unlimited;
    public ApprovalMode Approvals { get; init; } = ApprovalMode.Ask;

    /// <summary>The shape the final answer must have; an answer of another shape is sent back, at most <see cref="RunLimits.OutputRepairs"/> times.</summary>
    public OutputSchema? Output { get; init; }

    public OutagePolicy OnOutage { get; init; } = OutagePolicy.Pause;
    public DoubtPolicy OnDoubt { get; init; } = DoubtPolicy.TellModel;

    /// <summary>Calls in doubt from runs before this one, by <see cref="CallHash.OfRequest"/>: making one of them again needs an approval.</summary>
    public ImmutableArray<string> Doubts { get; init; } = [];

    /// <summary>Functions on offer that the caller of the API runs: a call waits until its output is submitted.</summary>
    public ImmutableArray<ToolDefinition>? Functions { get; init; }

    /// <summary>Calls of <see cref="Functions"/> end the run as completed, where it would wait for their outputs: who goes on with them starts another run.</summary>
    public bool? EndsAtClient { get; init; }

    /// <summary>What the model had said when the run was cancelled in the middle of a reply is recorded as a reply; otherwise it is lost.</summary>
    public bool? KeepsCutReply { get; init; }

    /// <summary>The thread whose conversation this run continues. A store that keeps threads lets each have one open run.</summary>
    public string? Thread { get; init; }

    /// <summary>Which face started it, for listings; the engine never reads it.</summary>
    public string? Face { get; init; }

    /// <summary>For the faces; the engine never reads it.</summary>
    public ImmutableDictionary<string, string> Metadata { get; init; } = ImmutableDictionary<string, string>.Empty;
}

/// <param name="Model">As the model endpoint names it.</param>
/// <param name="Tools">Name patterns ('*' matches any run of characters) of the tools on offer; empty offers none.</param>
public sealed record AgentSpec(string Name, string Model, string Instructions, ImmutableArray<string> Tools)
{
    public int MaxTurns { get; init; } = 50;

    /// <summary>Estimated tokens of history at which it is compacted.</summary>
    public int ContextTokens { get; init; } = 100_000;

    public int? MaxOutputTokens { get; init; }
    public double? Temperature { get; init; }
    public double? TopP { get; init; }
    public string? ReasoningEffort { get; init; }
    public ToolChoice? ToolChoice { get; init; }
    public bool ParallelToolCalls { get; init; } = true;

    /// <summary>Fields for the provider that Cadre has no name for; sent with each request as they are.</summary>
    public JsonElement? Extra { get; init; }

    /// <summary>The model that summarises a history that fills up; null: <see cref="Model"/>.</summary>
    public string? CompactionModel { get; init; }
}

/// <param name="Goal">In the user's words.</param>
/// <param name="Surroundings">What the planner is shown of the workspace as it was at the start.</param>
/// <param name="StandingInstructions">The project owner's AGENTS.md: data, below the policy.</param>
public sealed record GoalSpec(string Goal, AgentSpec Planner, AgentSpec Reviewer, string? Surroundings = null, string? StandingInstructions = null)
{
    /// <summary>How often a step may be tried before the goal is planned anew.</summary>
    public int Attempts { get; init; } = 3;

    /// <summary>How often the goal may be planned, the first time included.</summary>
    public int Plans { get; init; } = 3;

    /// <summary>Steps worked on side by side.</summary>
    public int Parallel { get; init; } = 4;
}

/// <summary>What becomes of a call that the policy wants a person to see.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ApprovalMode>))]
public enum ApprovalMode
{
    /// <summary>The run waits for a person.</summary>
    Ask,

    /// <summary>The call is denied.</summary>
    Never,

    /// <summary>The call is approved, on record as approved by this setting. A denial stays a denial.</summary>
    Auto,
}

/// <summary>What a run does when its model cannot be reached after all retries.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OutagePolicy>))]
public enum OutagePolicy
{
    /// <summary>The run stays open and goes on when it is resumed.</summary>
    Pause,

    /// <summary>The run ends as failed.</summary>
    Fail,
}

/// <summary>Who decides about an unsafe call that a crash interrupted, when the tool's probe cannot tell.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DoubtPolicy>))]
public enum DoubtPolicy
{
    /// <summary>The model is told that the call may have happened; making the same call again needs an approval.</summary>
    TellModel,

    /// <summary>The run waits for a person.</summary>
    AskPerson,
}

/// <summary>Bounds that hold for every run.</summary>
public static class RunLimits
{
    public const int OutputRepairs = 3;
    /// <summary>Turns in which a model that has no calls left may ask for some all the same before its run is ended.</summary>
    public const int FruitlessTurns = 2;

    public const int CallsPerTurn = 64;
    public const int ArgumentsLength = 1 << 20;
    public const int ParallelCalls = 8;
    public const int PlanSteps = 40;
    public const int ChildOutput = 16_000;
    public const int EvidenceLength = 8_000;
}
