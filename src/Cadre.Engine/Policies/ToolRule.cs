using System.Collections.Immutable;
using Cadre.Engine.Tools;

namespace Cadre.Engine.Policies;

/// <summary>A rule over tools. Every part that is not empty must match; a part with several entries matches if one of them does.</summary>
public sealed record ToolRule(string Name, VerdictKind Verdict, string Because) : Rule(Name, Verdict, Because)
{
    public ImmutableArray<Glob> Tools { get; init; } = [];

    /// <summary>Over <see cref="CallFacts.Source"/>: "builtin", "mcp:*", "bundle:NAME".</summary>
    public ImmutableArray<Glob> Sources { get; init; } = [];

    public ImmutableArray<Effect> Effects { get; init; } = [];

    /// <summary>All of them must hold.</summary>
    public ImmutableArray<ArgumentCondition> Arguments { get; init; } = [];

    public bool Matches(CallFacts facts) =>
        (Tools.IsEmpty || Tools.Any(glob => glob.Matches(facts.Tool)))
        && (Sources.IsEmpty || Sources.Any(glob => glob.Matches(facts.Source)))
        && (Effects.IsEmpty || Effects.Contains(facts.Effect))
        && Arguments.All(condition => condition.Holds(facts.Arguments, Surely));
}
