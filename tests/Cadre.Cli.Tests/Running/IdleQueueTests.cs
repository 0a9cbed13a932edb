using Cadre.Cli.Running;
using Cadre.Engine.Runs;
using Cadre.Storage.Queues;

namespace Cadre.Cli.Tests.Running;

public sealed class IdleQueueTests
{
    private static readonly RunId A = RunId.Parse("a");
    private static readonly RunId B = RunId.Parse("b");
    private readonly IdleQueue _queue = new(new InProcessQueue());

    [Fact]
    public void An_empty_queue_is_idle() => Assert.True(_queue.IdleAsync().IsCompletedSuccessfully);

    [Fact]
    public async Task It_is_busy_from_the_enqueuing_to_the_end_of_the_driving()
    {
        await _queue.EnqueueAsync(A, TestContext.Current.CancellationToken);
        Assert.False(_queue.IdleAsync().IsCompleted);
        await using (var runs = _queue.ReadAllAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken))
        {
            Assert.True(await runs.MoveNextAsync());
            Assert.False(_queue.IdleAsync().IsCompleted);
        }

        Assert.True(_queue.IdleAsync().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_run_wanted_twice_before_it_is_handed_out_is_one_wish()
    {
        await _queue.EnqueueAsync(A, TestContext.Current.CancellationToken);
        await _queue.EnqueueAsync(A, TestContext.Current.CancellationToken);
        await using (var runs = _queue.ReadAllAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken)) await runs.MoveNextAsync();
        Assert.True(_queue.IdleAsync().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_run_wanted_while_it_is_driven_is_driven_again_before_there_is_rest()
    {
        await _queue.EnqueueAsync(A, TestContext.Current.CancellationToken);
        await using (var runs = _queue.ReadAllAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken))
        {
            await runs.MoveNextAsync();
            await _queue.EnqueueAsync(A, TestContext.Current.CancellationToken);
            await runs.MoveNextAsync();
            Assert.False(_queue.IdleAsync().IsCompleted);
        }

        Assert.True(_queue.IdleAsync().IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Many_lanes_that_wake_each_other_come_to_rest_exactly_once_all_is_done()
    {
        const int Hops = 2_000;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var hops = 0;
        await _queue.EnqueueAsync(A, stop.Token);
        await _queue.EnqueueAsync(B, stop.Token);
        var lanes = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            await foreach (var run in _queue.ReadAllAsync(stop.Token))
            {
                if (Interlocked.Increment(ref hops) < Hops) await _queue.EnqueueAsync(run == A ? B : A, stop.Token);
            }
        })).ToArray();
        while (true)
        {
            await _queue.IdleAsync().WaitAsync(TimeSpan.FromMinutes(1), stop.Token);
            if (_queue.IdleAsync().IsCompleted) break;
        }

        Assert.True(Volatile.Read(ref hops) >= 2);
        var atRest = Volatile.Read(ref hops);
        await stop.CancelAsync();
        await Task.WhenAll(lanes).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        Assert.Equal(atRest, hops);
    }
}
