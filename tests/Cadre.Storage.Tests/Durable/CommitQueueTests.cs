using Cadre.Storage.Durable;
using static Cadre.Storage.Tests.Samples;

namespace Cadre.Storage.Tests.Durable;

public sealed class CommitQueueTests
{
    private static readonly CommitLimits Limits = new(1000, 1 << 20);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_writer_that_blocks_when_it_is_told_holds_up_nobody_else()
    {
        const int Writers = 8;
        using var open = new ManualResetEventSlim();
        await using var queue = new CommitQueue<Entry, int>("test", Limits, batch => Commit(batch, open), failure => failure);
        using var last = new CountdownEvent(Writers);
        var writers = Enumerable.Range(0, Writers).Select(_ => WaitAsync()).ToArray();
        open.Set();
        Assert.All(await Task.WhenAll(writers), Assert.True);

        async Task<bool> WaitAsync()
        {
            await queue.AppendAsync(new(), Cancellation).ConfigureAwait(false);
            last.Signal();
            return last.Wait(Patience, Cancellation); // In vain if this thread were the one that tells the others.
        }
    }

    [Fact]
    public async Task A_writer_that_blocks_when_it_is_told_does_not_hold_up_the_next_batch()
    {
        using var open = new ManualResetEventSlim();
        await using var queue = new CommitQueue<Entry, int>("test", Limits, batch => Commit(batch, open), failure => failure);
        var writers = Enumerable.Range(0, 3).Select(_ => WaitAsync()).ToArray();
        open.Set();
        Assert.All(await Task.WhenAll(writers), Assert.True);

        async Task<bool> WaitAsync()
        {
            await queue.AppendAsync(new(), Cancellation).ConfigureAwait(false);
            return queue.AppendAsync(new(), Cancellation).AsTask().Wait(Patience);
        }
    }

    [Fact]
    public async Task A_failure_is_told_to_all_who_wait_and_to_all_who_come()
    {
        using var open = new ManualResetEventSlim();
        await using var queue = new CommitQueue<Entry, int>("test", Limits, _ => Fail(open), failure => failure);
        var writers = Enumerable.Range(0, 5).Select(_ => queue.AppendAsync(new(), Cancellation).AsTask()).ToArray();
        open.Set();
        foreach (var writer in writers) await Assert.ThrowsAsync<IOException>(() => writer);
        await Assert.ThrowsAsync<IOException>(async () => await queue.AppendAsync(new(), Cancellation));
    }

    private static void Commit(IReadOnlyList<Entry> batch, ManualResetEventSlim open)
    {
        open.Wait(Patience);
        foreach (var entry in batch) entry.Result = batch.Count;
    }

    private static void Fail(ManualResetEventSlim open)
    {
        open.Wait(Patience);
        throw new IOException("no room");
    }

    private sealed class Entry : CommitEntry<int>
    {
        public Entry() => Size = 1;

        protected internal override void Release() { }
    }
}
