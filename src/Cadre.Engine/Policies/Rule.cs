namespace Cadre.Engine.Policies;

/// <summary>
/// One rule of a policy. What a call means cannot always be known from outside, so a rule errs on the safe side: a rule that allows must match
/// surely, a rule that asks or denies needs only to match possibly.
/// </summary>
/// <param name="Name">Unique in the policy: "tools.NAME", "programs.NAME", "paths.NAME", "network.NAME".</param>
/// <param name="Because">Told to the person who is asked and to the model that is refused.</param>
public abstract record Rule(string Name, VerdictKind Verdict, string Because)
{
    private protected bool Surely => Verdict == VerdictKind.Allow;

    internal Verdict ToVerdict() => new(Verdict, Name, Because);
}
