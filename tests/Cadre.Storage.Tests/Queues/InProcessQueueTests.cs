using Cadre.Engine.Runs;
using Cadre.Storage.Queues;
using static Cadre.Storage.Tests.Samples;

namespace Cadre.Storage.Tests.Queues;

public sealed class InProcessQueueTests
{
    private readonly InProcessQueue _queue = new();

    [Fact]
    public async Task Runs_come_in_the_order_in_which_they_were_enqueued()
    {
        RunId[] runs = [NewRun(), NewRun(), NewRun()];
        foreach (var run in runs) await EnqueueAsync(run);
        Assert.Equal(runs, await _queue.ReadAllAsync(Cancellation).Take(3).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task A_run_that_waits_is_handed_out_once()
    {
        RunId first = NewRun(), last = NewRun();
        await EnqueueAsync(first);
        await EnqueueAsync(first);
        await EnqueueAsync(last);
        Assert.Equal([first, last], await _queue.ReadAllAsync(Cancellation).Take(2).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task A_run_enqueued_while_it_is_handled_comes_again_afterwards_and_to_nobody_before()
    {
        RunId busy = NewRun(), other = NewRun();
        await EnqueueAsync(busy);
        await using var first = _queue.ReadAllAsync(Cancellation).GetAsyncEnumerator(Cancellation);
        await using var second = _queue.ReadAllAsync(Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.Equal(busy, await NextAsync(first));
        await EnqueueAsync(busy);
        await EnqueueAsync(busy);
        await EnqueueAsync(other);
        Assert.Equal(other, await NextAsync(second));
        var waiting = NextAsync(second);
        Assert.False(waiting.IsCompleted);

        var firstAgain = NextAsync(first);
        var winner = await Task.WhenAny(waiting, firstAgain);
        Assert.Equal(busy, await winner);
        await EnqueueAsync(other);
        Assert.Equal(other, await (winner == waiting ? firstAgain : waiting));
    }

    [Fact]
    public async Task A_run_whose_consumer_gives_up_may_be_enqueued_again()
    {
        var run = NewRun();
        for (var i = 0; i < 3; i++)
        {
            await EnqueueAsync(run);
            await foreach (var next in _queue.ReadAllAsync(Cancellation))
            {
                Assert.Equal(run, next);
                break;
            }
        }
    }

    [Fact]
    public async Task Many_consumers_never_share_a_run_and_miss_none()
    {
        var runs = Enumerable.Range(0, 50).Select(_ => NewRun()).ToArray();
        var wanted = runs.ToDictionary(run => run, _ => 0);
        var handled = runs.ToDictionary(run => run, _ => 0);
        var busy = runs.ToDictionary(run => run, _ => 0);
        var gate = new Lock();
        var done = new TaskCompletionSource();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var consumers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            await foreach (var run in _queue.ReadAllAsync(stop.Token))
            {
                lock (gate) Assert.Equal(1, ++busy[run]);
                await Task.Yield();
                lock (gate)
                {
                    busy[run]--;
                    handled[run] = wanted[run];
                    if (wanted.Values.All(count => count == 20) && handled.All(pair => pair.Value == 20)) done.TrySetResult();
                }
            }
        })).ToArray();
        await Task.WhenAll(runs.Select(run => Task.Run(async () =>
        {
            for (var i = 0; i < 20; i++)
            {
                lock (gate) wanted[run]++;
                await EnqueueAsync(run);
            }
        })));
        await Task.WhenAny(done.Task, Task.WhenAll(consumers));
        await stop.CancelAsync();
        foreach (var consumer in consumers) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => consumer);
    }

    private ValueTask EnqueueAsync(RunId run) => _queue.EnqueueAsync(run, Cancellation);

    private static async Task<RunId> NextAsync(IAsyncEnumerator<RunId> runs)
    {
        Assert.True(await runs.MoveNextAsync());
        return runs.Current;
    }
}
