using Cadre.Storage.Durable;

namespace Cadre.Guard.Audit;

/// <summary>Where the audit log's parts are, and its limits.</summary>
public sealed record AuditOptions
{
    /// <summary>Names the key file when <see cref="KeyFile"/> is not set.</summary>
    public const string KeyFileVariable = "CADRE_AUDIT_KEY_FILE";

    /// <summary>Null: what <see cref="KeyFileVariable"/> says, else <c>audit.key</c> in the state directory.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Size at which a file is left for the next; a new day does the same.</summary>
    public long FileBytes { get; init; } = 64 << 20;

    /// <summary>Entries that the anchored head may be behind while the log is open.</summary>
    public int HeadEntries { get; init; } = 256;

    /// <summary>How long the anchored head may be behind.</summary>
    public TimeSpan HeadDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Entries, and bytes of entries, that may wait for the batch before theirs.</summary>
    public int WaitingEntries { get; init; } = 4096;

    public long WaitingBytes { get; init; } = 16 << 20;

    public IDisk Disk { get; init; } = PosixDisk.Instance;
}

/// <summary>How much an entry may hold; longer values are cut, and say so.</summary>
public static class AuditLimits
{
    public const int ValueLength = 4096;
    public const int NameLength = 256;
    public const int Details = 64;

    /// <summary>Bytes of a line: every character of every value escaped.</summary>
    public const int LineBytes = 4 << 20;

    public const string CutMark = "…[cut]";
}
