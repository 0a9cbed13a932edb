using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;

namespace Cadre.Storage.Queues;

/// <summary>
/// The queue of one process. A run that waits already is not queued twice; one that is being handled when it is enqueued is handed out again
/// afterwards. No run is handed to two consumers at once.
/// </summary>
public sealed class InProcessQueue : IRunQueue
{
    /// <summary>Runs waiting or being handled. Admission is decided where runs are started; this only ends a flood that nobody bounded.</summary>
    public const int Limit = 1_000_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<RunId, Place> _places = [];
    private readonly Channel<RunId> _waiting = Channel.CreateUnbounded<RunId>();

    private enum Place
    {
        Waiting,
        Handled,
        HandledAndWanted,
    }

    /// <exception cref="InvalidOperationException"><see cref="Limit"/> runs are in the queue.</exception>
    public ValueTask EnqueueAsync(RunId run, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (!_places.TryGetValue(run, out var place))
            {
                if (_places.Count >= Limit) throw new InvalidOperationException($"{Limit} runs are in the queue.");
                Wait(run);
            }
            else if (place == Place.Handled)
            {
                _places[run] = Place.HandledAndWanted;
            }
        }

        return ValueTask.CompletedTask;
    }

    public async IAsyncEnumerable<RunId> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var run = await _waiting.Reader.ReadAsync(cancellationToken);
            lock (_gate) _places[run] = Place.Handled;
            try
            {
                yield return run;
            }
            finally
            {
                Finished(run);
            }
        }
    }

    private void Finished(RunId run)
    {
        lock (_gate)
        {
            if (_places[run] == Place.HandledAndWanted) Wait(run);
            else _places.Remove(run);
        }
    }

    private void Wait(RunId run)
    {
        _places[run] = Place.Waiting;
        _waiting.Writer.TryWrite(run);
    }
}
