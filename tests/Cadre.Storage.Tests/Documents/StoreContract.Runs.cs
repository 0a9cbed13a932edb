using Cadre.Engine.Runs;
using Cadre.Storage.Documents;
using static Cadre.Storage.Tests.Samples;

namespace Cadre.Storage.Tests.Documents;

public abstract partial class StoreContract
{
    [Fact]
    public async Task A_run_is_listed_from_its_start_on()
    {
        RunId first = NewRun(), second = NewRun(), third = NewRun();
        await MadeAsync(new Change.Append(first, 0, [Started(Anna, "t", "assistants")]));
        await MadeAsync(new Change.Append(second, 0, [Started(Carl, null, "responses"), Ended()]));
        await MadeAsync(new Change.Append(third, 0, [Started(Ben, "u", "assistants")]));
        await MadeAsync(new Change.Append(first, 1, [Ended()]));
        Store = await ReopenAsync();
        Assert.Equal(new RunEntry(first, Anna, "t", "assistants", default, true), await Store.GetRunAsync(Acme, first, Cancellation));
        Assert.Null(await Store.GetRunAsync(Acme, second, Cancellation));
        Assert.Null(await Store.GetRunAsync(new("acme", "ben"), first, Cancellation));
        Assert.Null(await Store.GetRunAsync(Scope.Everything, NewRun(), Cancellation));
        Assert.Equal([third, first], await RunsAsync(Acme, new()));
        Assert.Equal([third, second, first], await RunsAsync(Scope.Everything, new()));
        Assert.Equal([first, second, third], await RunsAsync(Scope.Everything, new() { Descending = false }));
        Assert.Equal([third], await RunsAsync(Scope.Everything, new() { Ended = false }));
        Assert.Equal([second, first], await RunsAsync(Scope.Everything, new() { Ended = true }));
        Assert.Equal([first], await RunsAsync(Scope.Everything, new() { Thread = "t" }));
        Assert.Empty(await RunsAsync(new("other"), new() { Thread = "t" }));
        Assert.Equal([second], await RunsAsync(Scope.Everything, new() { Face = "responses" }));
        Assert.Equal([second], await RunsAsync(Scope.Everything, new() { After = third, Limit = 1 }));
        Assert.Equal([second], await RunsAsync(Scope.Everything, new() { Before = first, Limit = 1 }));
        Assert.Equal([second], await RunsAsync(Scope.Everything, new() { After = first, Limit = 1, Descending = false }));
        Assert.Equal([second], await RunsAsync(Scope.Everything, new() { After = third, Before = first }));
    }

    [Fact]
    public async Task A_thread_has_one_open_run_however_many_start_at_once()
    {
        var winners = new List<RunId>();
        for (var round = 0; round < 10; round++)
        {
            var runs = Enumerable.Range(0, 32).Select(_ => NewRun()).ToArray();
            var results = await Task.WhenAll(runs.Select(run => Task.Run(async () => (run, await CommitAsync(new Change.Append(run, 0, [Started(Anna, "t")]))))));
            var winner = Assert.Single(results, result => result.Item2.Won).run;
            Assert.Equal([winner], await RunsAsync(Acme, new() { Thread = "t", Ended = false }));
            await RefusedAsync(new Change.RequireIdle("t"));
            Assert.False((await Store.Journal.AppendAsync(NewRun(), 0, [Started(Anna, "t")], Cancellation)).Won);
            await RefusedAsync(new Change.Create(Of("item", "never", Anna)), new Change.Append(NewRun(), 0, [Started(Ben, "t")]));
            await MadeAsync(new Change.RequireIdle("u"), new Change.Append(winner.Child("c"), 0, [Started(Anna, "t")]));
            await MadeAsync(new Change.Append(winner, 1, [Ended()]), new Change.RequireIdle("t"));
            winners.Add(winner);
        }

        winners.Reverse();
        Assert.Equal(winners, await RunsAsync(Acme, new() { Thread = "t" }));
        Assert.Null(await Store.GetAsync(Acme, "item", "never", Cancellation));
    }

    [Fact]
    public async Task An_append_within_a_transaction_is_conditional()
    {
        var run = NewRun();
        await MadeAsync(new Change.Append(run, 0, Saying(2)), new Change.Append(run, 2, Saying(1)), new Change.Put(Of("item", "i", Anna)));
        await RefusedAsync(new Change.Delete(Acme, "item", "i"), new Change.Append(run, 3, Saying(1)), new Change.Append(run, 3, Saying(1)));
        Assert.Equal(3, await Store.Journal.ReadAsync(run, 0, Cancellation).CountAsync(Cancellation));
        Assert.NotNull(await Store.GetAsync(Acme, "item", "i", Cancellation));
    }

    [Fact]
    public async Task An_ended_run_is_forgotten_with_all_below_it()
    {
        RunId run = NewRun(), other = NewRun();
        foreach (var id in new[] { run, run.Child("a"), run.Child("a").Child("b"), other }) await MadeAsync(new Change.Append(id, 0, [Started(Anna)]));
        await MadeAsync(new Change.Append(run, 1, [Ended()]), new Change.Append(run.Child("a"), 1, [Ended()]));
        await RefusedAsync(new Change.Forget(run));
        await RefusedAsync(new Change.Forget(other));
        Assert.Equal(2, await Store.Journal.ReadAsync(run, 0, Cancellation).CountAsync(Cancellation));
        await MadeAsync(new Change.Append(run.Child("a").Child("b"), 1, [Ended()]), new Change.Forget(run), new Change.Forget(NewRun()));
        for (var life = 0; life < 2; life++)
        {
            Assert.Empty(await Store.Journal.ReadAsync(run, 0, Cancellation).ToListAsync(Cancellation));
            Assert.Equal([other], await Store.Journal.ListAsync(Cancellation).ToListAsync(Cancellation));
            Assert.Equal([other], await RunsAsync(Scope.Everything, new()));
            Store = await ReopenAsync();
        }

        await Store.CollectPayloadsAsync(Cancellation);
        Assert.Equal(Json(Started(Anna)), Json(await Store.Journal.ReadAsync(other, 0, Cancellation).FirstAsync(Cancellation)));
        Assert.True((await Store.Journal.AppendAsync(run, 0, Saying(1), Cancellation)).Won);
        Assert.Single(await Store.Journal.ReadAsync(run, 0, Cancellation).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task Many_writers_each_have_all_of_theirs_or_nothing()
    {
        var won = await Task.WhenAll(Enumerable.Range(0, 32).Select(writer => Task.Run(async () =>
        {
            var made = 0;
            for (var i = 0; i < 40; i++)
            {
                // Every other one names an id that all of them want.
                var last = i % 2 == 0 ? $"{writer}-{i}-b" : $"shared-{i}";
                var committed = await CommitAsync(
                    new Change.Create(Of("file", $"{writer}-{i}-a", Anna)),
                    new Change.Append(RunId.Parse($"run-{writer}"), made, Saying(1)),
                    new Change.Create(Of("file", last, Anna)));
                Assert.Contains(committed.Refused, new int?[] { null, 2 });
                Assert.Equal(committed.Won, await Store.GetAsync(Acme, "file", $"{writer}-{i}-a", Cancellation) is not null);
                made += committed.Won ? 1 : 0;
            }

            Assert.Equal(made, await Store.Journal.ReadAsync(RunId.Parse($"run-{writer}"), 0, Cancellation).CountAsync(Cancellation));
            return made;
        })));
        Assert.Equal(32 * 20 + 20, won.Sum());
        Assert.Equal(2 * won.Sum(), (await ListAsync(Acme, new("file") { Limit = 10_000 }))!.Items.Count);
    }

    [Fact]
    public async Task A_cancelled_commit_is_not_made()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.CommitAsync([new Change.Create(Of("file", "a", Anna))], new(canceled: true)));
        Assert.Null(await Store.GetAsync(Acme, "file", "a", Cancellation));
        await MadeAsync();
    }

    private async Task<List<RunId>> RunsAsync(Scope scope, RunQuery query) => [.. (await Store.ListRunsAsync(scope, query, Cancellation)).Select(entry => entry.Run)];
}
