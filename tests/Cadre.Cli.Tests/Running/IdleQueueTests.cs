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
        await using var lane = new Lane(_queue);
        Assert.True(await lane.TakeAsync());
        Assert.False(_queue.IdleAsync().IsCompleted);
        await lane.RestAsync();
    }

    [Fact]
    public async Task A_run_wanted_twice_before_it_is_handed_out_is_one_wish()
    {
        await _queue.EnqueueAsync(A, TestContext.Current.CancellationToken);
        await _queue.EnqueueAsync(A, TestContext.Current.CancellationToken);
        await using var lane = new Lane(_queue);
        await lane.TakeAsync();
        await lane.RestAsync();
    }

    [Fact]
    public async Task A_run_wanted_while_it_is_driven_is_driven_again_before_there_is_rest()
    {
        await _queue.EnqueueAsync(A, TestContext.Current.CancellationToken);
        await using var lane = new Lane(_queue);
        await lane.TakeAsync();
        await _queue.EnqueueAsync(A, TestContext.Current.CancellationToken);
        await lane.TakeAsync();
        Assert.False(_queue.IdleAsync().IsCompleted);
        await lane.RestAsync();
    }

    [Fact]
    public async Task A_lane_that_gives_up_in_the_middle_of_a_run_does_not_look_like_rest()
    {
        await _queue.EnqueueAsync(A, TestContext.Current.CancellationToken);
        await using (var runs = _queue.ReadAllAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken))
            await runs.MoveNextAsync();
        Assert.False(_queue.IdleAsync().IsCompleted);
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

    /// <summary>One that drives: taking the next run ends the one before.</summary>
    private sealed class Lane : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        private readonly IdleQueue _queue;
        private readonly IAsyncEnumerator<RunId> _runs;
        private Task<bool> _next = Task.FromResult(true);

        public Lane(IdleQueue queue) => (_queue, _runs) = (queue, queue.ReadAllAsync(_stop.Token).GetAsyncEnumerator(_stop.Token));

        public Task<bool> TakeAsync() => _next = _runs.MoveNextAsync().AsTask();

        /// <summary>Ends the run at hand, and sees the queue come to rest.</summary>
        public async Task RestAsync()
        {
            _ = TakeAsync();
            await _queue.IdleAsync().WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await ((Task)_next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            await _runs.DisposeAsync();
            _stop.Dispose();
        }
    }
}
