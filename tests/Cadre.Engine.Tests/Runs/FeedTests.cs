using Cadre.Engine.Models;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using static Cadre.Engine.Tests.TestEngine;

namespace Cadre.Engine.Tests.Runs;

public sealed class A_feed
{
    [Fact]
    public async Task Gives_every_reader_every_fact_once_in_order_wherever_it_starts()
    {
        var n = 0;
        var engine = new TestEngine(
            _ => ++n > 40 ? Text("done") : Calls(new ToolRequest($"c{n}", "look", $"{{\"n\":{n}}}")), new FunctionTool("look", Effect.Read, _ => ToolResult.Ok("seen")));
        var readers = Enumerable.Range(0, 16).Select(from => Task.Run(async () =>
        {
            var facts = new List<long>();
            await foreach (var item in engine.Ports.Feed.ReadAsync(engine.Id, from, TestContext.Current.CancellationToken))
            {
                if (item is FeedItem.Fact fact) facts.Add(fact.Seq);
                if (facts.Count % 7 == 0) await Task.Yield();
            }

            return facts;
        })).ToArray();
        var ended = await engine.StartAsync(definition => definition with { Agent = Agent with { MaxTurns = 100 } });

        for (var from = 0; from < readers.Length; from++)
            Assert.Equal(Enumerable.Range(from, (int)ended.Version - from).Select(seq => (long)seq), await readers[from]);
    }

    [Fact]
    public async Task Shows_text_while_it_is_said()
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var engine = new TestEngine(
            A_call.Once(Calls(new ToolRequest("c1", "look", "{}"))),
            new FunctionTool("look", Effect.Read, async (_, cancellationToken) =>
            {
                await seen.Task.WaitAsync(cancellationToken);
                return ToolResult.Ok("seen");
            }));
        var watching = Task.Run(async () =>
        {
            var items = new List<FeedItem>();
            await foreach (var item in engine.Ports.Feed.ReadAsync(engine.Id, 0, TestContext.Current.CancellationToken))
            {
                items.Add(item);
                if (item is FeedItem.Fact { Event: RunEvent.CallStarted }) seen.SetResult();
            }

            return items;
        });
        await engine.StartAsync();
        Assert.Contains(await watching, item => item is FeedItem.Live { Kind: LiveKind.Text, Text: "…" });
    }

    [Fact]
    public async Task Gives_a_reader_of_facts_nothing_else_whoever_reads_beside_it()
    {
        var engine = new TestEngine(_ => Text("done"));
        Assert.False(engine.Ports.Feed.IsWatched(engine.Id));
        await using var facts = engine.Ports.Feed.ReadAsync(engine.Id, 0, TestContext.Current.CancellationToken, live: false).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        var fact = facts.MoveNextAsync();
        Assert.False(engine.Ports.Feed.IsWatched(engine.Id));
        await using var all = engine.Ports.Feed.ReadAsync(engine.Id, 0, TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        var item = all.MoveNextAsync();
        Assert.True(engine.Ports.Feed.IsWatched(engine.Id));
        await engine.StartAsync();

        List<FeedItem> seen = [], both = [];
        for (; await fact; fact = facts.MoveNextAsync()) seen.Add(facts.Current);
        for (; await item; item = all.MoveNextAsync()) both.Add(all.Current);
        Assert.Equal(both.OfType<FeedItem.Fact>(), seen);
        Assert.Contains(both, one => one is FeedItem.Live);
        Assert.False(engine.Ports.Feed.IsWatched(engine.Id));
    }
}
