using Cadre.Engine.Tools;

namespace Cadre.Engine.Policies;

/// <summary>An immutable set of rules. Judging is pure: the same facts and policy give the same verdict.</summary>
public sealed class Policy
{
    /// <summary>SHA-256 (hex) of the rules: recorded with every call that was judged by them.</summary>
    public string Hash { get; } = "";

    public Verdict Judge(CallFacts facts) => facts.Effect == Effect.Read
        ? new(VerdictKind.Allow, "default.read" + Hash, "Reading changes nothing.")
        : new(VerdictKind.Ask, "default.change", "No rule allows this change.");
}
