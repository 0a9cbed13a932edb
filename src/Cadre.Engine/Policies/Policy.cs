using System.Collections.Immutable;
using Cadre.Engine.Budgets;
using Cadre.Engine.Tools;

namespace Cadre.Engine.Policies;

/// <summary>
/// An immutable set of rules. Judging is pure: the same facts and policy give the same verdict.
/// A call has subjects: its tool, its program, each path, each host. Each subject gets the strictest verdict of all rules that match it, or its
/// default when none does; the call gets the strictest verdict of its subjects. So an allow rule spares a question and never lifts another rule.
/// A tool without a rule of its own needs no question when its program, or a path that it changes, is allowed: that is what it does.
/// </summary>
public sealed class Policy(PolicyRules rules)
{
    public const string PathsOutside = "paths.outside";
    public const string NetworkOff = "network.off";
    public const string NetworkMalformed = "network.malformed";

    /// <summary>No rules.</summary>
    public Policy()
        : this(new PolicyRules())
    {
    }

    /// <summary>SHA-256 (hex) of the rules: recorded with every call that was judged by them.</summary>
    public string Hash => rules.Hash;

    /// <summary>What a run may spend when it is given no budget of its own.</summary>
    public Budget Budget => rules.Budget;

    /// <summary>False: every use of the network is denied, whatever the rules say.</summary>
    public bool AllowNet => rules.AllowNet;

    /// <summary>Whether a command may share the host's network.</summary>
    public VerdictKind CommandNetwork => JudgeHost(HostUse.Unrestricted).Aggregate(VerdictKind.Allow, (worst, finding) => Max(worst, finding.Verdict.Kind));

    public Verdict Judge(CallFacts facts) => Explain(facts).Verdict;

    public Explanation Explain(CallFacts facts)
    {
        List<Finding> findings = [];
        var vouched = false;
        if (!facts.Argv.IsDefaultOrEmpty) vouched |= Add(findings, JudgeProgram(facts.Argv));
        foreach (var use in facts.Paths) vouched |= Add(findings, JudgePath(use)) && use.Access != PathAccess.Read;
        foreach (var use in facts.Hosts) Add(findings, JudgeHost(use));
        findings.InsertRange(0, JudgeTool(facts, vouched));
        if (facts.Own is { } own) findings.Add(new($"tool {facts.Tool}", own));
        return new(Strictest(findings), [.. findings]);
    }

    /// <summary>The verdict on speaking to this target, for code that makes the connection.</summary>
    public Verdict JudgeNetwork(HostUse use) => Strictest([.. JudgeHost(use)]);

    /// <summary>Whether this target may be spoken to without asking anybody.</summary>
    public bool NetworkAllowed(HostUse use) => JudgeNetwork(use).Kind == VerdictKind.Allow;

    /// <inheritdoc cref="NetworkAllowed(HostUse)"/>
    public bool NetworkAllowed(string host, int port = 443, string scheme = "https") => NetworkAllowed(new HostUse(scheme, host, port));

    /// <summary>The verdict on touching one path.</summary>
    public Verdict JudgePath(string path, PathAccess access) => Strictest([.. JudgePath(new PathUse(path, access))]);

    private IEnumerable<Finding> JudgeTool(CallFacts facts, bool vouched)
    {
        var subject = $"tool {facts.Tool}";
        var found = rules.Tools.Where(rule => rule.Matches(facts)).Select(rule => new Finding(subject, rule.ToVerdict())).ToList();
        if (found.Count > 0 || (vouched && facts.Effect != Effect.Read)) return found;
        return
        [
            facts.Effect == Effect.Read
                ? new(subject, new(rules.Defaults.Read, "default.read", "No rule names this tool, which only reads."), IsDefault: true)
                : new(subject, new(rules.Defaults.Change, "default.change", "No rule allows this change."), IsDefault: true),
        ];
    }

    private IEnumerable<Finding> JudgeProgram(ImmutableArray<string> argv)
    {
        var subject = "program " + Shown(string.Join(' ', argv.Take(3)));
        var found = rules.Programs.Where(rule => rule.Matches(argv)).Select(rule => new Finding(subject, rule.ToVerdict())).ToList();
        return found.Count > 0 ? found : [new(subject, new(rules.Defaults.Program, "default.program", "No rule names this command."), IsDefault: true)];
    }

    private IEnumerable<Finding> JudgePath(PathUse use)
    {
        var subject = $"{use.Access.ToString().ToLowerInvariant()} {Shown(use.Path)}";
        if (PathRule.Split(use.Path) is not { } parts)
            return [new(subject, new(VerdictKind.Deny, PathsOutside, "The path leaves the workspace; no rule can allow that."))];

        var found = rules.Paths.Where(rule => rule.Matches(parts, use.Access)).Select(rule => new Finding(subject, rule.ToVerdict())).ToList();
        if (found.Count > 0) return found;
        var kind = use.Access switch
        {
            PathAccess.Read => rules.Defaults.PathRead,
            PathAccess.Write => rules.Defaults.PathWrite,
            PathAccess.Delete => rules.Defaults.PathDelete,
        };
        return [new(subject, new(kind, "default.path", $"No rule names this path for {use.Access.ToString().ToLowerInvariant()}."), IsDefault: true)];
    }

    private IEnumerable<Finding> JudgeHost(HostUse use)
    {
        var unrestricted = use.Host == HostUse.Unrestricted.Host;
        var subject = unrestricted ? "command's network" : Shown($"host {use.Scheme}://{use.Host}:{use.Port}");
        if (!rules.AllowNet) return [new(subject, new(VerdictKind.Deny, NetworkOff, "The network is off (ALLOW_NET); no rule can open it."))];
        if (unrestricted)
            return [new(subject, new(rules.Defaults.CommandNetwork, "network.commands", "A command with the network can speak to anybody."), IsDefault: true)];
        if (!HostGlob.TryNormalise(use.Host, out var host))
            return [new(subject, new(VerdictKind.Deny, NetworkMalformed, "The host is not written in its plain form."))];

        var found = rules.Hosts.Where(rule => rule.Matches(use, host)).Select(rule => new Finding(subject, rule.ToVerdict())).ToList();
        return found.Count > 0 ? found : [new(subject, new(rules.Defaults.Host, "default.host", "No rule names this host."), IsDefault: true)];
    }

    /// <summary>Whether all findings allow, which vouches for the change they describe.</summary>
    private static bool Add(List<Finding> findings, IEnumerable<Finding> found)
    {
        var before = findings.Count;
        findings.AddRange(found);
        return findings.Skip(before).All(finding => finding.Verdict.Kind == VerdictKind.Allow);
    }

    /// <summary>Among equally strict ones a rule is named before a default, and an earlier rule before a later.</summary>
    private static Verdict Strictest(IReadOnlyList<Finding> findings) =>
        findings.OrderBy(finding => finding.IsDefault).Select(finding => finding.Verdict).Aggregate(Verdict.Stricter);

    private static VerdictKind Max(VerdictKind a, VerdictKind b) => a > b ? a : b;

    private static string Shown(string text) => text.Length <= 200 ? text : text[..199] + '…';
}
