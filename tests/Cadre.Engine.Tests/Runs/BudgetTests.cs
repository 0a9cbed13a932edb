using Cadre.Engine.Budgets;
using Cadre.Engine.Models;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using static Cadre.Engine.Tests.TestEngine;

namespace Cadre.Engine.Tests.Runs;

public sealed class A_budget
{
    private static readonly FunctionTool Look = new("look", Effect.Read, call => ToolResult.Ok("seen"));

    private static Func<ModelRequest, ModelChunk> Endless()
    {
        var n = 0;
        return _ => Calls(new ToolRequest($"c{n}", "look", $"{{\"n\":{n++}}}"));
    }

    [Fact]
    public async Task Of_tokens_stops_the_run_before_a_request_and_caps_what_the_model_may_say()
    {
        var engine = new TestEngine(Endless(), Look);
        var ended = await engine.StartAsync(definition => definition with { Budget = new(Tokens: 500) });

        Assert.Equal((RunStatus.Incomplete, "The budget of tokens is spent."), (ended.Outcome!.Status, ended.Outcome.Reason));
        Assert.All(engine.Model.Requests, request => Assert.InRange(request.MaxOutputTokens!.Value, 1, 500));
    }

    [Fact]
    public async Task Of_calls_is_told_to_the_model_which_can_still_answer()
    {
        var requests = 0;
        var engine = new TestEngine(_ => ++requests <= 3 ? Calls(new ToolRequest($"c{requests}", "look", "{}")) : Text("what I have"), Look);
        var ended = await engine.StartAsync(definition => definition with { Budget = new(Calls: 2) });

        Assert.Equal((RunStatus.Completed, "what I have", 2), (ended.Outcome!.Status, ended.Outcome.Output, ended.Spent.Calls));
        Assert.Contains("budget of tool calls is spent", Assert.IsType<Message.ToolOutput>(engine.Model.Requests[3].Messages[^1]).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_calls_ends_a_run_whose_model_does_not_stop_asking()
    {
        var engine = new TestEngine(Endless(), Look);
        var ended = await engine.StartAsync(definition => definition with { Budget = new(Calls: 3) });

        Assert.Equal((RunStatus.Incomplete, "The budget of tool calls is spent.", 3), (ended.Outcome!.Status, ended.Outcome.Reason, ended.Spent.Calls));
        Assert.Equal(3 + RunLimits.FruitlessTurns, engine.Model.Requests.Count);
    }

    [Fact]
    public async Task Of_money_stops_the_run()
    {
        var ended = await new TestEngine(Endless(), Look).StartAsync(definition => definition with { Budget = new(Money: 0.025m) });
        Assert.Equal((RunStatus.Incomplete, 0.03m), (ended.Outcome!.Status, ended.Spent.Money));
    }

    [Fact]
    public async Task Of_time_ends_a_request_that_takes_too_long()
    {
        TestEngine? engine = null;
        engine = new(_ =>
        {
            engine!.Time.Advance(TimeSpan.FromMinutes(2));
            throw new OperationCanceledException();
        });
        var ended = await engine.StartAsync(definition => definition with { Budget = new(Wall: TimeSpan.FromMinutes(1)) });
        Assert.Equal((RunStatus.Incomplete, "The budget of wall time is spent."), (ended.Outcome!.Status, ended.Outcome.Reason));
    }

    [Fact]
    public async Task Does_not_count_the_time_in_which_a_person_thinks()
    {
        var engine = new TestEngine(A_call.Once(Calls(new ToolRequest("c1", "fire", "{}"))), new FunctionTool("fire", Effect.Unsafe, _ => ToolResult.Ok("fired")));
        var waiting = await engine.StartAsync(definition => definition with { Budget = new(Wall: TimeSpan.FromMinutes(1)) });
        engine.Time.Advance(TimeSpan.FromHours(3));
        await engine.Control.DecideAsync(engine.Id, "c1", waiting.Calls[0].Asked!.Hash, new(true, "user:u"), default);
        var ended = await engine.DriveAsync();

        Assert.Equal(RunStatus.Completed, ended.Outcome!.Status);
        Assert.True(ended.Spent.Active < TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void Is_never_divided_into_more_than_there_is()
    {
        var random = new Random(3);
        for (var round = 0; round < 1_000; round++)
        {
            var state = new RunState(RunId.Parse("b")) { Budget = new(random.Next(1, 10_000), random.Next(1, 100), random.Next(1, 50)) };
            for (var child = 0; child < 10; child++)
            {
                var part = Allotments.Part(state.Remaining, random.Next(1, 5));
                state = state with { Children = state.Children.Add(new($"c{child}", part)) };
                var left = state.Remaining;
                Assert.True(left is { Tokens: >= 0, Money: >= 0, Calls: >= 0 }, $"{left}");
            }
        }
    }

    [Fact]
    public async Task Says_how_many_turns_have_no_price()
    {
        var ended = await new TestEngine(_ => new ModelChunk.Completed(new("done", [], StopReason.Finished, new(5, 5), "model"))).StartAsync();
        Assert.Equal((0m, 1), (ended.Spent.Money, ended.Spent.UnpricedTurns));
    }
}
