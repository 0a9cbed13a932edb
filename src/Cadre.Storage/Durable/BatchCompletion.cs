namespace Cadre.Storage.Durable;

/// <summary>
/// Tells the writers of a batch that it is durable. Their continuations run here, one after the other, not as a work item each: for a writer whose next
/// append follows at once that is most of what the way back costs. As long as some have not been told, one more work item is in the pool's queue, so a
/// continuation that takes long, or blocks, holds up nobody but itself.
/// </summary>
internal sealed class BatchCompletion<TEntry, TResult>(List<TEntry> batch, Action<object> told) : IThreadPoolWorkItem
    where TEntry : CommitEntry<TResult>
{
    /// <summary>So many writers that have been told make the next batch worth its sync; the others join the one after it.</summary>
    private const int Enough = 64;

    private readonly int _enough = Math.Min(batch.Count, Enough);
    private int _next;
    private int _done;
    private int _offered = 1;

    public void Start() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    void IThreadPoolWorkItem.Execute()
    {
        Volatile.Write(ref _offered, 0);
        while (Interlocked.Increment(ref _next) is var number && number <= batch.Count)
        {
            if (number < batch.Count && Volatile.Read(ref _offered) == 0 && Interlocked.Exchange(ref _offered, 1) == 0) Start();
            batch[number - 1].Complete();
            if (Interlocked.Increment(ref _done) == _enough) told(this);
        }
    }
}
