using System.Collections.Immutable;

namespace Cadre.Engine.Policies;

/// <summary>A rule over network targets. No ports or no schemes: any.</summary>
public sealed record HostRule(string Name, VerdictKind Verdict, string Because, ImmutableArray<HostGlob> Hosts) : Rule(Name, Verdict, Because)
{
    public ImmutableArray<PortRange> Ports { get; init; } = [];

    /// <summary>Lower case.</summary>
    public ImmutableArray<string> Schemes { get; init; } = [];

    public bool Matches(HostUse use) => HostGlob.TryNormalise(use.Host, out var host) && Matches(use, host);

    internal bool Matches(HostUse use, string host) =>
        Hosts.Any(glob => glob.Matches(host))
        && (Ports.IsEmpty || Ports.Any(range => use.Port >= range.First && use.Port <= range.Last))
        && (Schemes.IsEmpty || Schemes.Contains(use.Scheme.ToLowerInvariant()));
}

public readonly record struct PortRange(int First, int Last);
