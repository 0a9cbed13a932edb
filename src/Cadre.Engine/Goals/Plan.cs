using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Cadre.Engine.Goals;

/// <summary>A directed acyclic graph of steps.</summary>
/// <param name="Revision">1 for the first plan.</param>
public sealed record Plan(int Revision, ImmutableArray<PlanStep> Steps, string? Notes = null);

/// <param name="Id">Unique in its plan: [A-Za-z0-9_-]{1,32}.</param>
/// <param name="DependsOn">Steps that must be accepted before this one starts.</param>
/// <param name="Acceptance">What the reviewer holds the outcome to.</param>
public sealed record PlanStep(string Id, string Title, string Task, ImmutableArray<string> DependsOn, ImmutableArray<string> Acceptance);

public sealed record Review(ReviewVerdict Verdict, string Reason);

[JsonConverter(typeof(JsonStringEnumConverter<ReviewVerdict>))]
public enum ReviewVerdict
{
    Accept,

    /// <summary>The step is tried again, with the reason.</summary>
    Retry,

    /// <summary>The plan is wrong: the planner is asked again, with the reason.</summary>
    Replan,

    /// <summary>The goal cannot be reached: the run ends as failed, with the reason.</summary>
    Stop,
}
