namespace Cadre.Storage.Sqlite;

/// <summary>The limits of a SQLite store.</summary>
public sealed record SqliteOptions
{
    /// <summary>Bytes of one event or of one document's body; a longer one is refused when written.</summary>
    public int BodyLimit { get; init; } = 64 << 20;

    /// <summary>Commits, and bytes of commits, that may wait for the batch before theirs; then writers wait.</summary>
    public int WaitingCommits { get; init; } = 4096;

    public long WaitingBytes { get; init; } = 16 << 20;

    /// <summary>Connections that read beside the writer.</summary>
    public int Readers { get; init; } = 4;

    /// <summary>Runs whose number of events the writer keeps in memory.</summary>
    public int KnownRuns { get; init; } = 16_384;

    /// <summary>Runs, and about so many bytes of their events, that are kept in memory for those who read them next.</summary>
    public int CachedRuns { get; init; } = 8192;

    public long CachedBytes { get; init; } = 16 << 20;

    /// <summary>How long the file may be looked at when it is opened after an unclean stop.</summary>
    public TimeSpan CheckTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Pages in the write-ahead log at which they are copied into the database. Fewer would copy busy pages more often.</summary>
    public int CheckpointPages { get; init; } = 2048;
}
