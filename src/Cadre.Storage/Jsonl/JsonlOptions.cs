using Cadre.Storage.Durable;

namespace Cadre.Storage.Jsonl;

/// <summary>The limits of a JSONL journal.</summary>
public sealed record JsonlOptions
{
    /// <summary>Bytes of one event's line; a longer one is refused when written and damage when read.</summary>
    public int LineLimit { get; init; } = 64 << 20;

    /// <summary>Appends, and bytes of appends, that may wait for the batch before theirs; then appenders wait.</summary>
    public int WaitingAppends { get; init; } = 4096;

    public long WaitingBytes { get; init; } = 16 << 20;

    /// <summary>Size at which one of the two segments of the write-ahead log is left for the other.</summary>
    public long SegmentBytes { get; init; } = 64 << 20;

    /// <summary>How long lines gather in memory, durable in the log, before they are written to their run's file.</summary>
    public TimeSpan FlushDelay { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Quiet time after which the run files are synced and the log is emptied.</summary>
    public TimeSpan IdleCheckpoint { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Run files kept open.</summary>
    public int OpenFiles { get; init; } = 512;

    /// <summary>Runs whose number of events is kept in memory while nobody appends to them.</summary>
    public int KnownRuns { get; init; } = 16_384;

    public IDisk Disk { get; init; } = PosixDisk.Instance;
}
