using System.Text.Json;
using Cadre.Engine.Models;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using static Cadre.Engine.Tests.TestEngine;

namespace Cadre.Engine.Tests.Runs;

public sealed class A_call
{
    private static readonly FunctionTool Look = new("look", Effect.Read, call => ToolResult.Ok("seen"));

    [Fact]
    public async Task Is_recorded_before_and_after_and_its_result_reaches_the_model()
    {
        var engine = new TestEngine(Once(Calls(new ToolRequest("c1", "look", "{}"))), Look);
        var ended = await engine.StartAsync();

        Assert.Equal(["Started", "TurnFinished", "CallStarted", "CallFinished", "TurnFinished", "Ended"], engine.Types());
        Assert.Equal(RunStatus.Completed, ended.Outcome!.Status);
        Assert.Equal("seen", Assert.IsType<Message.ToolOutput>(engine.Model.Requests[1].Messages[^1]).Output);
        Assert.Equal(["run_started", "tool_call", "tool_result", "run_ended"], engine.Audit.Entries.Select(entry => entry.Kind));
    }

    [Theory]
    [InlineData("nothing", "{}", "There is no tool 'nothing'")]
    [InlineData("look", "{\"n\":", "not one JSON object")]
    [InlineData("look", "[1]", "not one JSON object")]
    [InlineData("look", "{\"n\":1,\"n\":2}", "not one JSON object")]
    [InlineData("look", "{\"n\":\"x\"}", "do not fit the tool's schema")]
    public async Task That_cannot_be_made_is_explained_to_the_model(string tool, string arguments, string expected)
    {
        var engine = new TestEngine(Once(Calls(new ToolRequest("c1", tool, arguments))), Look);
        await engine.StartAsync();

        Assert.Contains(expected, Assert.IsType<Message.ToolOutput>(engine.Model.Requests[1].Messages[^1]).Output, StringComparison.Ordinal);
        Assert.DoesNotContain("CallStarted", engine.Types());
        Assert.Contains(engine.Audit.Entries, entry => entry.Kind == "tool_refused");
    }

    [Fact]
    public async Task That_asks_waits_for_a_person_and_goes_on()
    {
        var times = 0;
        var engine = new TestEngine(Once(Calls(new ToolRequest("c1", "fire", "{}"))), new FunctionTool("fire", Effect.Unsafe, _ => ToolResult.Ok($"fired {++times}")));
        var waiting = await engine.StartAsync();

        var asked = Assert.Single(waiting.Calls).Asked!;
        Assert.Equal(0, times);
        Assert.Equal(CommandResult.DoesNotFit, await engine.Control.DecideAsync(engine.Id, "c1", "another hash", new(true, "user:u"), default));
        Assert.Equal(CommandResult.Done, await engine.Control.DecideAsync(engine.Id, "c1", asked.Hash, new(true, "user:u"), default));
        var ended = await engine.DriveAsync();

        Assert.Equal((1, RunStatus.Completed), (times, ended.Outcome!.Status));
        Assert.Equal(CommandResult.HasEnded, await engine.Control.DecideAsync(engine.Id, "c1", asked.Hash, new(true, "user:u"), default));
    }

    [Fact]
    public async Task That_a_person_declines_is_not_made()
    {
        var engine = new TestEngine(
            Once(Calls(new ToolRequest("c1", "fire", "{}"))), new FunctionTool("fire", Effect.Unsafe, _ => throw new InvalidOperationException("It was made.")));
        var waiting = await engine.StartAsync();
        await engine.Control.DecideAsync(engine.Id, "c1", waiting.Calls[0].Asked!.Hash, new(false, "user:u", "Not now."), default);
        await engine.DriveAsync();

        Assert.Equal("user:u declined this call. Not now.", Assert.IsType<Message.ToolOutput>(engine.Model.Requests[1].Messages[^1]).Output);
    }

    [Theory]
    [InlineData(ApprovalMode.Auto, "fired")]
    [InlineData(ApprovalMode.Never, "this run may not ask")]
    public async Task That_asks_follows_the_runs_setting(ApprovalMode mode, string expected)
    {
        var engine = new TestEngine(Once(Calls(new ToolRequest("c1", "fire", "{}"))), new FunctionTool("fire", Effect.Unsafe, _ => ToolResult.Ok("fired")));
        await engine.StartAsync(definition => definition with { Approvals = mode });

        Assert.Contains(expected, Assert.IsType<Message.ToolOutput>(engine.Model.Requests[1].Messages[^1]).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gives_no_more_than_its_limit_to_the_model()
    {
        var tool = new FunctionTool("look", Effect.Read, _ => ToolResult.Ok(new string('x', 1_000_000)));
        tool = new("look", Effect.Read, _ => ToolResult.Ok(new string('x', 1_000_000))) { Descriptor = tool.Descriptor with { OutputLimit = 1_000 } };
        var engine = new TestEngine(Once(Calls(new ToolRequest("c1", "look", "{}"))), tool);
        await engine.StartAsync();

        Assert.InRange(Assert.IsType<Message.ToolOutput>(engine.Model.Requests[1].Messages[^1]).Output.Length, 1_000, 1_100);
    }

    [Fact]
    public async Task That_takes_too_long_is_ended()
    {
        TestEngine? engine = null;
        var slow = new FunctionTool("look", Effect.Read, async (_, cancellationToken) =>
        {
            var forever = Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            engine!.Time.Advance(TimeSpan.FromMinutes(5));
            await forever;
            return ToolResult.Ok("never");
        });
        engine = new(Once(Calls(new ToolRequest("c1", "look", "{}"))), slow);
        await engine.StartAsync();

        Assert.Contains("took longer than 120 s", Assert.IsType<Message.ToolOutput>(engine.Model.Requests[1].Messages[^1]).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runs_beside_the_others_of_its_turn_unless_it_is_unsafe()
    {
        var (now, most, unsafeBeside) = (0, 0, false);
        async ValueTask<ToolResult> Counted(bool alone, CancellationToken cancellationToken)
        {
            most = Math.Max(most, Interlocked.Increment(ref now));
            if (alone && now > 1) unsafeBeside = true;
            await Task.Yield();
            if (!alone) SpinWait.SpinUntil(() => Volatile.Read(ref most) > 1, TimeSpan.FromSeconds(20));
            Interlocked.Decrement(ref now);
            return ToolResult.Ok("done");
        }

        var engine = new TestEngine(
            Once(Calls(new("c1", "look", "{}"), new("c2", "look", "{\"n\":2}"), new("c3", "fire", "{}"), new("c4", "fire", "{\"n\":4}"))),
            new FunctionTool("look", Effect.Read, (_, token) => Counted(false, token)),
            new FunctionTool("fire", Effect.Unsafe, (_, token) => Counted(true, token)));
        var ended = await engine.StartAsync(definition => definition with { Approvals = ApprovalMode.Auto });

        Assert.Equal((RunStatus.Completed, false), (ended.Outcome!.Status, unsafeBeside));
        Assert.True(most >= 2);
        Assert.Equal(["c1", "c2", "c3", "c4"], engine.Model.Requests[1].Messages.OfType<Message.ToolOutput>().Select(output => output.CallId));
    }

    [Fact]
    public async Task Of_the_caller_wait_together_for_their_outputs()
    {
        var engine = new TestEngine(Once(Calls(new("c1", "weather", "{}"), new ToolRequest("c2", "weather", "{}"))));
        var waiting = await engine.StartAsync(WithWeather);
        Assert.Equal("weather", Assert.Single(engine.Model.Requests[0].Tools).Name);
        Assert.All(waiting.Calls, call => Assert.Equal(CallPhase.AtClient, call.Phase));

        await engine.Driver("second").TakeOverAsync(engine.Id, default);
        Assert.All((await engine.DriveAsync()).Calls, call => Assert.Equal(CallPhase.AtClient, call.Phase));
        Assert.Equal(CommandResult.DoesNotFit, await engine.Control.SubmitAsync(engine.Id, Outputs("c1", "c9"), default));
        Assert.Equal(CommandResult.Done, await engine.Control.SubmitAsync(engine.Id, Outputs("c1", "c2"), default));
        Assert.Equal(RunStatus.Completed, (await engine.DriveAsync()).Outcome!.Status);
        Assert.Equal("output of c2", Assert.IsType<Message.ToolOutput>(engine.Model.Requests[1].Messages[^1]).Output);
    }

    [Fact]
    public async Task Of_the_caller_can_wait_too_long()
    {
        var engine = new TestEngine(Once(Calls(new ToolRequest("c1", "weather", "{}"))));
        await engine.StartAsync(WithWeather);
        Assert.Equal(CommandResult.Done, await engine.Control.ExpireAsync(engine.Id, "Nobody answered.", default));
        Assert.Equal(CommandResult.HasEnded, await engine.Control.SubmitAsync(engine.Id, Outputs("c1"), default));
        Assert.Equal(RunStatus.Expired, (await engine.DriveAsync()).Outcome!.Status);
    }

    [Fact]
    public async Task Of_the_caller_end_a_run_that_is_not_to_wait_once_its_other_calls_are_made()
    {
        var engine = new TestEngine(
            Once(Calls(new("c1", "weather", "{}"), new ToolRequest("c2", "look", "{}"))),
            new FunctionTool("look", Effect.Read, (_, _) => ValueTask.FromResult(ToolResult.Ok("seen"))));
        var ended = await engine.StartAsync(definition => WithWeather(definition) with { EndsAtClient = true });

        Assert.Equal(RunStatus.Completed, ended.Outcome!.Status);
        Assert.Single(engine.Model.Requests);
        var events = engine.Journal.Runs[engine.Id];
        Assert.Equal("c2", Assert.Single(events.OfType<RunEvent.CallFinished>()).CallId);
        Assert.Equal(["c1", "c2"], events.OfType<RunEvent.CallStarted>().Select(started => started.CallId));
    }

    private static RunDefinition WithWeather(RunDefinition definition) => definition with
    {
        Approvals = ApprovalMode.Auto,
        Functions = [new("weather", "Tells the weather.", JsonDocument.Parse("{}").RootElement)],
    };

    private static Dictionary<string, ToolResult> Outputs(params string[] calls) => calls.ToDictionary(call => call, call => ToolResult.Ok($"output of {call}"));

    internal static Func<ModelRequest, ModelChunk> Once(ModelChunk first)
    {
        var answered = false;
        return _ =>
        {
            if (answered) return Text("done");
            answered = true;
            return first;
        };
    }
}
