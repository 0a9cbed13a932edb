using System.Collections.Immutable;
using Cadre.Engine.Models;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using static Cadre.Storage.Tests.Samples;

namespace Cadre.Storage.Tests;

/// <summary>What every journal promises. A store's tests derive from it.</summary>
public abstract class JournalContract : IAsyncLifetime
{
    protected IJournal Journal { get; private set; } = null!;

    /// <summary>An empty store, opened.</summary>
    protected abstract ValueTask<IJournal> CreateAsync();

    /// <summary>Closes the store and opens it again.</summary>
    protected abstract ValueTask<IJournal> ReopenAsync();

    /// <summary>Closes the store and removes it.</summary>
    protected abstract ValueTask DestroyAsync();

    public async ValueTask InitializeAsync() => Journal = await CreateAsync();

    public async ValueTask DisposeAsync()
    {
        await DestroyAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task An_unknown_run_has_no_events()
    {
        Assert.Empty(await ReadAsync(NewRun()));
        Assert.Empty(await ReadAsync(NewRun(), 7));
        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task What_was_appended_is_read_in_order()
    {
        var run = NewRun();
        Assert.Equal(new AppendResult(true, 2), await AppendAsync(run, 0, Said("a"), Said("b")));
        Assert.Equal(new AppendResult(true, 3), await AppendAsync(run, 2, Said("c")));
        Assert.Equal(["a", "b", "c"], await TextsAsync(run));
    }

    [Fact]
    public async Task Events_of_every_kind_come_back_as_they_were()
    {
        var run = NewRun();
        var events = OfEveryKind();
        await Journal.AppendAsync(run, 0, events, Cancellation);
        Assert.Equal(events.Select(Json), (await ReadAsync(run)).Select(Json));
        Journal_is(await ReopenAsync());
        Assert.Equal(events.Select(Json), (await ReadAsync(run)).Select(Json));
    }

    [Theory]
    [InlineData(0), InlineData(1), InlineData(3), InlineData(9), InlineData(10), InlineData(99)]
    public async Task Reading_from_a_position_begins_there(int from)
    {
        var run = NewRun();
        await AppendAsync(run, 0, Saying(4));
        await AppendAsync(run, 4, Saying(6, "more"));
        var all = await TextsAsync(run);
        Assert.Equal(10, all.Count);
        Assert.Equal(all.Skip(from), await TextsAsync(run, from));
        Journal_is(await ReopenAsync());
        Assert.Equal(all.Skip(from), await TextsAsync(run, from));
    }

    [Theory]
    [InlineData(0), InlineData(1), InlineData(3), InlineData(100)]
    public async Task An_append_at_another_version_appends_nothing_and_tells_the_version(int expected)
    {
        var run = NewRun();
        await AppendAsync(run, 0, Saying(2));
        Assert.Equal(new AppendResult(false, 2), await AppendAsync(run, expected, Saying(3)));
        Assert.Equal(2, (await ReadAsync(run)).Count);
    }

    [Fact]
    public async Task An_unknown_run_cannot_be_appended_to_in_the_middle()
    {
        var run = NewRun();
        Assert.Equal(new AppendResult(false, 0), await AppendAsync(run, 1, Said("a")));
        Assert.Empty(await ReadAsync(run));
        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task Of_many_writers_at_one_version_exactly_one_wins()
    {
        var run = NewRun();
        var expected = new List<string>();
        for (var round = 0; round < 20; round++)
        {
            var version = expected.Count;
            var results = await Task.WhenAll(Enumerable.Range(0, 32).Select(writer => Task.Run(async () =>
                (Writer: writer, Result: await AppendAsync(run, version, Said($"{round}/{writer}/0"), Said($"{round}/{writer}/1"))))));
            var winner = Assert.Single(results, result => result.Result.Won).Writer;
            Assert.All(results, result => Assert.Equal(version + 2, result.Result.Version));
            expected.AddRange([$"{round}/{winner}/0", $"{round}/{winner}/1"]);
        }

        Assert.Equal(expected, await TextsAsync(run));
    }

    [Fact]
    public async Task Many_runs_do_not_get_into_each_others_way()
    {
        var runs = Enumerable.Range(0, 64).Select(_ => NewRun()).ToArray();
        await Task.WhenAll(runs.Select(run => Task.Run(async () =>
        {
            for (var i = 0; i < 50; i++) Assert.True((await AppendAsync(run, i, Said($"{run} {i}"))).Won);
        })));
        foreach (var run in runs) Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{run} {i}"), await TextsAsync(run));
        Journal_is(await ReopenAsync());
        foreach (var run in runs) Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{run} {i}"), await TextsAsync(run));
    }

    [Fact]
    public async Task After_a_reopening_appends_go_on_at_the_version()
    {
        var run = NewRun();
        await AppendAsync(run, 0, Saying(3));
        Journal_is(await ReopenAsync());
        Assert.Equal(new AppendResult(false, 3), await AppendAsync(run, 0, Said("late")));
        Assert.Equal(new AppendResult(true, 4), await AppendAsync(run, 3, Said("next")));
        Assert.Equal("next", (await TextsAsync(run))[^1]);
    }

    [Fact]
    public async Task Runs_are_listed_newest_root_first_and_a_root_before_its_children()
    {
        RunId old = NewRun(), young = NewRun();
        RunId[] expected = [young, young.Child("a"), young.Child("a").Child("x"), young.Child("b"), old, old.Child("step-1"), old.Child("step-1").Child("t.1")];
        foreach (var run in expected.Reverse()) await AppendAsync(run, 0, Said("x"));
        Assert.Equal(expected, await ListAsync());
        Journal_is(await ReopenAsync());
        Assert.Equal(expected, await ListAsync());
    }

    [Fact]
    public async Task A_large_append_is_whole()
    {
        var run = NewRun();
        await AppendAsync(run, 0, Said(new string('a', 3 << 20)), Said("b"), Said(new string('c', 70_000)));
        Journal_is(await ReopenAsync());
        Assert.Equal([3 << 20, 1, 70_000], (await TextsAsync(run)).Select(text => text.Length));
    }

    [Fact]
    public async Task Runs_that_start_with_all_that_was_said_before_come_back_as_they_were()
    {
        var history = ImmutableArray<Message>.Empty;
        var starts = new Dictionary<RunId, RunEvent>();
        for (var number = 0; number < 40; number++)
        {
            history = number == 25 ? [.. history[..9], new Message.User("another way")] : history.Add(new Message.User($"häll\"o {number} ".PadRight(90, 'x')));
            var definition = new RunDefinition(new AgentSpec("a", "m", "Help.", []), Owner.Local) { Thread = "t", Doubts = number % 2 == 0 ? [] : ["d"] };
            definition = number % 3 == 0 ? definition : definition with { Metadata = ImmutableDictionary<string, string>.Empty.Add("n", $"{number}") };
            var start = new RunEvent.Started(definition, history) { At = new DateTimeOffset(2026, 11, 21, 9, 0, 0, TimeSpan.Zero).AddTicks(number) };
            var run = NewRun();
            starts[run] = start;
            await AppendAsync(run, 0, start, Said("a"), new RunEvent.Ended(new RunOutcome(RunStatus.Completed, "")));
        }

        for (var life = 0; life < 2; life++)
        {
            foreach (var (run, start) in starts) Assert.Equal(Json(start), Json((await ReadAsync(run))[0]));
            Journal_is(await ReopenAsync());
        }
    }

    [Fact]
    public async Task What_was_acknowledged_is_read_at_once_by_everybody()
    {
        RunId[] runs = [NewRun(), NewRun(), NewRun()];
        var acknowledged = new int[runs.Length];
        var done = false;
        var readers = Enumerable.Range(0, 6).Select(number => Task.Run(async () =>
        {
            while (!Volatile.Read(ref done))
            {
                var which = number % runs.Length;
                var least = Volatile.Read(ref acknowledged[which]);
                var texts = await TextsAsync(runs[which]);
                Assert.InRange(texts.Count, least, int.MaxValue);
                Assert.Equal(Enumerable.Range(0, texts.Count).Select(i => $"{i}"), texts);
            }
        })).ToArray();
        await Task.WhenAll(runs.Select((run, which) => Task.Run(async () =>
        {
            for (var version = 0; version < 300; version += 2)
            {
                Assert.True((await AppendAsync(run, version, Said($"{version}"), Said($"{version + 1}"))).Won);
                Volatile.Write(ref acknowledged[which], version + 2);
            }
        })));
        Volatile.Write(ref done, true);
        await Task.WhenAll(readers);
    }

    [Fact]
    public async Task A_cancelled_append_is_not_made()
    {
        var run = NewRun();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Journal.AppendAsync(run, 0, Saying(1), new(canceled: true)));
        Assert.Empty(await ReadAsync(run));
    }

    protected void Journal_is(IJournal reopened) => Journal = reopened;

    protected ValueTask<AppendResult> AppendAsync(RunId run, long version, params RunEvent[] events) => Journal.AppendAsync(run, version, events, Cancellation);

    protected async Task<List<RunEvent>> ReadAsync(RunId run, long from = 0) => await Journal.ReadAsync(run, from, Cancellation).ToListAsync(Cancellation);

    protected async Task<List<string>> TextsAsync(RunId run, long from = 0) => [.. (await ReadAsync(run, from)).Select(Text)];

    protected async Task<List<RunId>> ListAsync() => await Journal.ListAsync(Cancellation).ToListAsync(Cancellation);
}
