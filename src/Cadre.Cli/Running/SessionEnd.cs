using Cadre.Cli.Rendering;
using Cadre.Engine.Runs;

namespace Cadre.Cli.Running;

/// <summary>Why a run is no longer being worked on here.</summary>
internal abstract record SessionEnd
{
    private SessionEnd() { }

    public sealed record Ended(RunOutcome Outcome) : SessionEnd;

    /// <summary>It waits for these decisions and nobody can be asked here.</summary>
    public sealed record Parked(IReadOnlyList<PendingApproval> Approvals) : SessionEnd;

    /// <summary>Something outside the run has to change first.</summary>
    public sealed record Paused(string Reason) : SessionEnd;

    public sealed record Interrupted : SessionEnd;

    /// <summary>The journal cannot record or be read.</summary>
    public sealed record Broken(string Reason) : SessionEnd;
}
