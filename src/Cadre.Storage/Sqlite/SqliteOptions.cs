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
}
