namespace Cadre.Guard.Audit;

/// <summary>What a verification found.</summary>
/// <param name="Entries">Entries that are what was written, from the first on.</param>
/// <param name="Anchored">Entries that the head vouches for; null without a head.</param>
/// <param name="HasTornEnd">A crash, or a writer at work, left a half-written line beyond the anchored head; opening the log will cut it.</param>
/// <param name="Problem">The first thing that is wrong; null when all is well.</param>
public sealed record AuditReport(long Entries, int Files, long? Anchored, bool HasTornEnd, AuditProblem? Problem)
{
    public bool IsIntact => Problem is null;
}

/// <param name="File">Name of the file; null when the problem is not in the entries.</param>
/// <param name="Line">1 is the first of the file.</param>
/// <param name="Entry">Number of the first entry that cannot be trusted.</param>
public sealed record AuditProblem(AuditProblemKind Kind, string? File, long? Line, long? Entry, string Why);

public enum AuditProblemKind
{
    /// <summary>An entry is not what was written.</summary>
    Changed,

    /// <summary>Entries are missing before one that is there.</summary>
    Deleted,

    Reordered,

    /// <summary>There is an entry that was not written there.</summary>
    Inserted,

    /// <summary>There are fewer entries than the head vouches for.</summary>
    Truncated,

    /// <summary>The key is not the one that the log was written with.</summary>
    WrongKey,

    HeadMissing,
    HeadChanged,
    KeyUnusable,

    /// <summary>A file cannot be read.</summary>
    Unreadable,
}
