using System.Collections.Immutable;
using Cadre.Engine.Budgets;

namespace Cadre.Engine.Policies;

/// <summary>What a policy is made of. Without any rule: what reads is allowed, what changes or starts something asks, the network is closed.</summary>
public sealed record PolicyRules
{
    /// <summary>SHA-256 (hex) of the text that the rules were read from.</summary>
    public string Hash { get; init; } = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    public ImmutableArray<ToolRule> Tools { get; init; } = [];
    public ImmutableArray<ProgramRule> Programs { get; init; } = [];
    public ImmutableArray<PathRule> Paths { get; init; } = [];
    public ImmutableArray<HostRule> Hosts { get; init; } = [];
    public PolicyDefaults Defaults { get; init; } = new();
    public Budget Budget { get; init; } = Budget.Unlimited;

    /// <summary>The operator's switch (ALLOW_NET). Off, no rule opens the network.</summary>
    public bool AllowNet { get; init; }
}

/// <summary>The answers where no rule matches.</summary>
/// <param name="Read">Tools whose effect is Read.</param>
/// <param name="Change">Tools with any other effect, unless their program or a path that they change is allowed.</param>
public sealed record PolicyDefaults(
    VerdictKind Read = VerdictKind.Allow,
    VerdictKind Change = VerdictKind.Ask,
    VerdictKind Program = VerdictKind.Ask,
    VerdictKind PathRead = VerdictKind.Allow,
    VerdictKind PathWrite = VerdictKind.Ask,
    VerdictKind PathDelete = VerdictKind.Ask)
{
    public VerdictKind Host { get; init; } = VerdictKind.Deny;

    /// <summary>Commands that would share the host's network.</summary>
    public VerdictKind CommandNetwork { get; init; } = VerdictKind.Deny;
}
