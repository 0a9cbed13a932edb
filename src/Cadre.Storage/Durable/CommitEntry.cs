using System.Threading.Tasks.Sources;

namespace Cadre.Storage.Durable;

/// <summary>
/// One writer's part of a group commit, used again and again: it is the awaited task itself, so that waiting for durability allocates nothing. It
/// must be awaited exactly once.
/// </summary>
public abstract class CommitEntry<TResult> : IValueTaskSource<TResult>
{
    private ManualResetValueTaskSourceCore<TResult> _source;

    /// <summary>Bytes it adds to a batch.</summary>
    public int Size { get; protected set; }

    /// <summary>Set by the commit; told to the writer when the whole batch is durable.</summary>
    public TResult Result { get; set; } = default!;

    internal ValueTask<TResult> Completion => new(this, _source.Version);

    TResult IValueTaskSource<TResult>.GetResult(short token)
    {
        try
        {
            return _source.GetResult(token);
        }
        finally
        {
            _source.Reset();
            Release();
        }
    }

    ValueTaskSourceStatus IValueTaskSource<TResult>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<TResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    /// <summary>Runs the writer's continuation here.</summary>
    internal void Complete()
    {
        _source.RunContinuationsAsynchronously = false;
        _source.SetResult(Result);
    }

    internal void Fail(Exception failure)
    {
        _source.RunContinuationsAsynchronously = true;
        _source.SetException(failure);
    }

    /// <summary>The writer has its answer: the entry may be used for the next one.</summary>
    protected internal abstract void Release();
}
