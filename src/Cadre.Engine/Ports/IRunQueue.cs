using Cadre.Engine.Runs;

namespace Cadre.Engine.Ports;

/// <summary>
/// Runs that may have something to do. At least once: a run may be handed out again, and to two drivers at the same time; the journal's conditional
/// append makes that harmless.
/// </summary>
public interface IRunQueue
{
    ValueTask EnqueueAsync(RunId run, CancellationToken cancellationToken);

    /// <summary>Hands out runs until cancelled. Taking the next one from the same enumerator acknowledges the one before.</summary>
    IAsyncEnumerable<RunId> ReadAllAsync(CancellationToken cancellationToken);
}
