using Cadre.Engine.Runs;

namespace Cadre.Engine.Ports;

/// <summary>
/// The events of every run, in order, durable. JournalContract in Cadre.Storage.Tests states it; every implementation passes it.
/// </summary>
public interface IJournal
{
    /// <summary>
    /// Appends all events or none, if the run has exactly <paramref name="expectedVersion"/> events (0: the run is new). When the returned task
    /// completes, they survive a power cut. Throws <see cref="JournalUnavailableException"/> when that cannot be promised: then nothing may be
    /// acknowledged, and the run must be read again before it is driven on.
    /// </summary>
    ValueTask<AppendResult> AppendAsync(RunId run, long expectedVersion, IReadOnlyList<RunEvent> events, CancellationToken cancellationToken);

    /// <summary>
    /// Appends as the other overload does, and makes the effects in the same transaction: all of it or nothing. Each effect is of the kind that the journal's own tools make.
    /// </summary>
    ValueTask<AppendResult> AppendAsync(RunId run, long expectedVersion, IReadOnlyList<RunEvent> events, IReadOnlyList<JointEffect> effects, CancellationToken cancellationToken) =>
        effects.Count == 0
            ? AppendAsync(run, expectedVersion, events, cancellationToken)
            : throw new NotSupportedException("This journal keeps no tables that a tool could change.");

    /// <summary>The run's events from position <paramref name="from"/> (0 is the first) to its present end; empty for an unknown run.</summary>
    /// <exception cref="JournalDamagedException">The record at a position cannot be trusted; all before it was returned.</exception>
    IAsyncEnumerable<RunEvent> ReadAsync(RunId run, long from, CancellationToken cancellationToken);

    /// <summary>Every run, newest root first, a root before its children.</summary>
    IAsyncEnumerable<RunId> ListAsync(CancellationToken cancellationToken);
}

/// <param name="Version">Number of events the run has now.</param>
/// <param name="Won">False when another writer was first: nothing was appended.</param>
public readonly record struct AppendResult(bool Won, long Version)
{
    /// <summary>An effect does not fit any more, because what it rests on has changed: nothing was appended, and the tool has to be asked again.</summary>
    public bool EffectRefused { get; init; }
}

/// <summary>Changes in the tables that lie in one database with the journal. Opaque to the engine; a store that keeps both knows them.</summary>
public abstract record JointEffect;

/// <summary>What must be durable cannot be made so (disk full, failed fsync, lost connection): nothing more may be done in the world.</summary>
public abstract class StoreUnavailableException(string message, Exception? inner) : Exception(message, inner);

/// <summary>The journal's part of <see cref="StoreUnavailableException"/>.</summary>
public sealed class JournalUnavailableException(string message, Exception? inner = null) : StoreUnavailableException(message, inner);

/// <param name="position">Number of the first event that cannot be trusted.</param>
public sealed class JournalDamagedException(RunId run, long position, string reason)
    : Exception($"The journal of run {run} is damaged at event {position}: {reason}")
{
    public RunId Run => run;
    public long Position => position;
    public string Reason => reason;
}
