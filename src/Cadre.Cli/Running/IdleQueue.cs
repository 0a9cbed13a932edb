using System.Runtime.CompilerServices;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;

namespace Cadre.Cli.Running;

/// <summary>
/// A queue that knows when nothing is waiting and nothing is being driven. It counts wishes, not deliveries: a run that was wanted several times before it
/// was handed out is one wish, for what made it wanted is in the journal that its driver reads.
/// </summary>
internal sealed class IdleQueue(IRunQueue inner) : IRunQueue
{
    private readonly Lock _gate = new();
    private readonly HashSet<RunId> _wanted = [];
    private int _driven;

    /// <summary>Whoever drives gave up in the middle of a run: that nothing is driven now does not mean that nothing is to be done.</summary>
    private bool _collapsed;
    private TaskCompletionSource _idle = Completed();

    /// <summary>Completes as soon as nothing is to be done, at once if that is so now.</summary>
    public Task IdleAsync()
    {
        lock (_gate) return _idle.Task;
    }

    public ValueTask EnqueueAsync(RunId run, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _wanted.Add(run);
            if (_idle.Task.IsCompleted) _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        return inner.EnqueueAsync(run, cancellationToken);
    }

    public async IAsyncEnumerable<RunId> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var run in inner.ReadAllAsync(cancellationToken))
        {
            lock (_gate)
            {
                _wanted.Remove(run);
                _driven++;
                if (_idle.Task.IsCompleted) _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            var handled = false;
            try
            {
                yield return run;
                handled = true;
            }
            finally
            {
                lock (_gate)
                {
                    _collapsed |= !handled;
                    if (--_driven == 0 && _wanted.Count == 0 && !_collapsed) _idle.TrySetResult();
                }
            }
        }
    }

    private static TaskCompletionSource Completed()
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        source.SetResult();
        return source;
    }
}
