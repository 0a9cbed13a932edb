using Cadre.Engine.Ports;

namespace Cadre.Sandbox;

/// <summary>What holds a command back on this machine, for <c>cadre doctor</c>, /health and the audit.</summary>
/// <param name="Limits">What enforces each limit, in words: "memory: cgroup v1", "processes: RLIMIT_NPROC".</param>
/// <param name="Warnings">What an operator should know or mend.</param>
/// <param name="Advice">How to get a better level; null at the best.</param>
public sealed record SandboxReport(
    SandboxLevel Level,
    string? BubblewrapVersion,
    int? LandlockVersion,
    CgroupKind Cgroup,
    bool IsRoot,
    IReadOnlyList<string> Limits,
    IReadOnlyList<string> Warnings,
    string? Advice);

public enum CgroupKind
{
    None,
    Version1,
    Version2,
}
