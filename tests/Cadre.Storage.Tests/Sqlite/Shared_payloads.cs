using System.Collections.Immutable;
using Cadre.Engine.Models;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Storage.Documents;
using Cadre.Storage.Sqlite;
using Cadre.Testing;
using static Cadre.Storage.Tests.Samples;

namespace Cadre.Storage.Tests.Sqlite;

public sealed class Shared_payloads : IDisposable
{
    private static readonly SqliteOptions Uncached = new() { CachedRuns = 0 };
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Are_kept_once_for_all_runs_of_a_thread()
    {
        await using var store = await OpenAsync();
        for (var number = 1; number <= 30; number++) await RunAsync(store, "t", Messages("t", number));
        Assert.Equal(30 + 1, Count());
        await RunAsync(store, "copy of t", Messages("t", 30));
        Assert.Equal(30 + 1, Count());
        await RunAsync(store, "branch", [.. Messages("t", 20), new Message.User("else")]);
        Assert.Equal(30 + 1 + 1, Count());
        await RunAsync(store, "u", Messages("u", 12));
        Assert.Equal(30 + 1 + 1 + 12, Count());
    }

    [Fact]
    public async Task Cost_a_thread_what_its_messages_cost()
    {
        var sizes = new List<double>();
        foreach (var length in new[] { 100, 400 })
        {
            await using (var store = await OpenAsync($"{length}"))
            {
                for (var number = 1; number <= length; number += 2) await RunAsync(store, "t", Messages("t", number));
            }

            sizes.Add(new FileInfo(_directory[$"{length}/cadre.db"]).Length / (double)length);
        }

        Assert.InRange(sizes[1], 0, sizes[0]);
    }

    [Fact]
    public async Task Go_when_the_last_run_that_had_them_is_forgotten()
    {
        await using var store = await OpenAsync();
        RunId[] runs = [await RunAsync(store, "t", Messages("t", 20)), await RunAsync(store, "t", Messages("t", 30)), await RunAsync(store, "u", Messages("u", 10))];
        await store.CommitAsync([new Change.Forget(runs[1])], Cancellation);
        Assert.Equal(10, await store.CollectPayloadsAsync(Cancellation));
        Assert.Equal(20 + 10 + 1, Count());
        Assert.Equal(20, (await StartAsync(store, runs[0])).Input.Length);
        await store.CommitAsync([new Change.Forget(runs[0]), new Change.Forget(runs[2])], Cancellation);
        Assert.Equal(20 + 10 + 1, await store.CollectPayloadsAsync(Cancellation));
        Assert.Equal(0, Count());
        Assert.Equal(0, await store.CollectPayloadsAsync(Cancellation));
        var again = await RunAsync(store, "t", Messages("t", 15));
        Assert.Equal(15, (await StartAsync(store, again)).Input.Length);
    }

    [Fact]
    public async Task Stay_with_runs_that_start_while_others_are_collected()
    {
        await using var store = await OpenAsync();
        var done = false;
        var collecting = Task.Run(async () =>
        {
            var removed = 0;
            while (!Volatile.Read(ref done)) removed += await store.CollectPayloadsAsync(Cancellation);
            return removed;
        });
        await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            // All have the same messages, so what one leaves behind is what another is about to use.
            for (var round = 0; round < 100; round++)
            {
                var length = 5 + (round * 7 + writer * 13) % 20;
                var run = await RunAsync(store, $"{writer}", Messages("t", length));
                Assert.Equal(length, (await StartAsync(store, run)).Input.Length);
                Assert.True((await store.CommitAsync([new Change.Forget(run)], Cancellation)).Won);
            }
        })));
        Volatile.Write(ref done, true);
        await collecting;
        await store.CollectPayloadsAsync(Cancellation);
        Assert.Equal(0, Count());
    }

    private static ImmutableArray<Message> Messages(string thread, int count) =>
        [.. Enumerable.Range(0, count).Select(i => new Message.User($"{thread} {i} ".PadRight(300, 'x')))];

    private static async Task<RunId> RunAsync(SqliteStore store, string thread, ImmutableArray<Message> input)
    {
        var run = NewRun();
        var definition = new RunDefinition(new AgentSpec("a", "m", "Help.", []), Owner.Local)
        {
            Thread = thread,
            Metadata = ImmutableDictionary<string, string>.Empty.Add("run", $"{run}"),
        };
        RunEvent[] events = [new RunEvent.Started(definition, input), new RunEvent.Ended(new RunOutcome(RunStatus.Completed, ""))];
        Assert.True((await store.Journal.AppendAsync(run, 0, events, Cancellation)).Won);
        return run;
    }

    private static async Task<RunEvent.Started> StartAsync(SqliteStore store, RunId run) => (RunEvent.Started)await store.Journal.ReadAsync(run, 0, Cancellation).FirstAsync(Cancellation);

    private ValueTask<SqliteStore> OpenAsync(string name = "state") => SqliteStore.OpenAsync(_directory[name], Uncached, TimeProvider.System, Cancellation);

    private long Count()
    {
        using var connection = Connection.OpenReader(_directory["state/cadre.db"]);
        using var statement = connection.Use("SELECT count(*) FROM payloads");
        statement.Step();
        return statement.Integer(0);
    }
}
