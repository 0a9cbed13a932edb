using Cadre.Engine.Models;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;
using Cadre.Engine.Tests.Simulation;
using Cadre.Engine.Tools;
using static Cadre.Engine.Tests.TestEngine;

namespace Cadre.Engine.Tests.Runs;

public sealed class An_interrupted_run
{
    [Fact]
    public async Task Tells_the_model_of_a_call_in_doubt_and_does_not_repeat_it()
    {
        var fired = 0;
        var requests = 0;
        var engine = Dying(
            _ => ++requests switch { 1 or 2 => Calls(new ToolRequest($"c{requests}", "fire", "{}")), _ => Text("done") },
            () => fired++);
        await DiesAsync(engine, () => engine.StartAsync());
        await engine.Driver("second").TakeOverAsync(engine.Id, default);
        var state = await engine.DriveAsync();

        Assert.Equal(1, fired);
        Assert.Contains("IN DOUBT", engine.Model.Requests[1].Messages.OfType<Message.ToolOutput>().First().Output, StringComparison.Ordinal);
        var asked = Assert.Single(state.Calls).Asked!;
        Assert.Equal(ApprovalReason.RepeatOfDoubt, asked.Reason);
    }

    [Fact]
    public async Task Asks_a_person_about_a_call_in_doubt_when_told_to()
    {
        var fired = 0;
        var engine = Dying(A_call.Once(Calls(new ToolRequest("c1", "fire", "{}"))), () => fired++);
        await DiesAsync(engine, () => engine.StartAsync(definition => definition with { OnDoubt = DoubtPolicy.AskPerson }));
        await engine.Driver("second").TakeOverAsync(engine.Id, default);
        var asked = Assert.Single((await engine.DriveAsync()).Calls).Asked!;
        Assert.Equal(ApprovalReason.InDoubt, asked.Reason);

        await engine.Control.DecideAsync(engine.Id, "c1", asked.Hash, new(false, "user:u", "It happened."), default);
        Assert.Equal(RunStatus.Completed, (await engine.DriveAsync()).Outcome!.Status);
        Assert.Equal(1, fired);
    }

    [Fact]
    public async Task Repeats_a_call_in_doubt_when_a_person_approves()
    {
        var fired = 0;
        var engine = Dying(A_call.Once(Calls(new ToolRequest("c1", "fire", "{}"))), () => fired++);
        await DiesAsync(engine, () => engine.StartAsync(definition => definition with { OnDoubt = DoubtPolicy.AskPerson }));
        await engine.Driver("second").TakeOverAsync(engine.Id, default);
        var asked = Assert.Single((await engine.DriveAsync()).Calls).Asked!;
        await engine.Control.DecideAsync(engine.Id, "c1", asked.Hash, new(true, "user:u"), default);

        Assert.Equal(RunStatus.Completed, (await engine.DriveAsync()).Outcome!.Status);
        Assert.Equal(2, fired);
    }

    [Fact]
    public async Task Believes_the_tools_probe()
    {
        var fired = 0;
        var engine = Dying(A_call.Once(Calls(new ToolRequest("c1", "fire", "{}"))), () => fired++, _ => new Probed(ToolResult.Ok("it happened")));
        await DiesAsync(engine, () => engine.StartAsync());
        await engine.Driver("second").TakeOverAsync(engine.Id, default);

        Assert.Equal(RunStatus.Completed, (await engine.DriveAsync()).Outcome!.Status);
        Assert.Equal(1, fired);
        Assert.Equal("it happened", engine.Model.Requests[1].Messages.OfType<Message.ToolOutput>().Single().Output);
    }

    [Fact]
    public async Task Pauses_when_the_model_is_out_and_goes_on_when_taken_over()
    {
        var requests = 0;
        var engine = new TestEngine(_ => requests++ == 0 ? Fails(ModelFailureKind.Overloaded) : Text("done"));
        var paused = await engine.StartAsync();
        Assert.Equal(ModelFailureKind.Overloaded, paused.Paused!.Failure!.Kind);
        Assert.False(paused.HasEnded);

        await engine.Driver("second").TakeOverAsync(engine.Id, default);
        Assert.Equal(RunStatus.Completed, (await engine.DriveAsync()).Outcome!.Status);
    }

    [Theory]
    [InlineData(ModelFailureKind.Overloaded, OutagePolicy.Fail)]
    [InlineData(ModelFailureKind.UnknownModel, OutagePolicy.Pause)]
    [InlineData(ModelFailureKind.Refused, OutagePolicy.Pause)]
    public async Task Fails_with_the_models_failure_when_waiting_would_not_help(ModelFailureKind kind, OutagePolicy policy)
    {
        var engine = new TestEngine(_ => Fails(kind));
        var ended = await engine.StartAsync(definition => definition with { OnOutage = policy });
        Assert.Equal((RunStatus.Failed, kind), (ended.Outcome!.Status, ended.Outcome.Failure!.Kind));
    }

    [Fact]
    public async Task Cancels_what_is_being_done_and_says_by_whom()
    {
        TestEngine? engine = null;
        var slow = new FunctionTool("look", Effect.Read, async (call, cancellationToken) =>
        {
            var forever = Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            await engine!.Control.CancelAsync(call.Run, "user:u", "enough", CancellationToken.None);
            await forever;
            return ToolResult.Ok("never");
        });
        engine = new(A_call.Once(Calls(new ToolRequest("c1", "look", "{}"))), slow);
        var ended = await engine.StartAsync();

        Assert.Equal((RunStatus.Cancelled, "Cancelled by user:u: enough"), (ended.Outcome!.Status, ended.Outcome.Reason));
        Assert.Equal(["Started", "TurnFinished", "CallStarted", "CancelRequested", "CallFinished", "Ended"], engine.Types());
    }

    /// <summary>An engine whose first "fire" kills the driver right after the effect.</summary>
    private static TestEngine Dying(Func<ModelRequest, ModelChunk> model, Action fire, Func<ToolCall, Probed?>? probe = null)
    {
        TestEngine? engine = null;
        var died = false;
        engine = new(Trusting, model, new FunctionTool("fire", Effect.Unsafe, _ =>
        {
            fire();
            if (!died) engine!.Kill.Kill();
            died = true;
            return ToolResult.Ok("fired");
        }) { Probe = probe });
        return engine;
    }

    private static async Task DiesAsync(TestEngine engine, Func<Task> drive)
    {
        await Assert.ThrowsAsync<KilledException>(drive);
        engine.Kill.Revive(null);
    }

    [Fact]
    public async Task Survives_a_tool_that_breaks_its_promise()
    {
        var engine = new TestEngine(A_call.Once(Calls(new ToolRequest("c1", "look", "{}"))), new FunctionTool("look", Effect.Read, _ => throw new InvalidCastException("secret")));
        var ended = await engine.StartAsync();

        Assert.Equal(RunStatus.Completed, ended.Outcome!.Status);
        var output = engine.Model.Requests[1].Messages.OfType<Message.ToolOutput>().Single().Output;
        Assert.Contains("InvalidCastException", output, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Is_paused_not_lost_when_the_engine_meets_a_bug()
    {
        var requests = 0;
        var engine = new TestEngine(_ => requests++ == 0 ? throw new InvalidCastException("A bug.") : Text("done"));
        Assert.Contains("InvalidCastException", (await engine.StartAsync()).Paused!.Reason, StringComparison.Ordinal);

        await engine.Driver("second").TakeOverAsync(engine.Id, default);
        Assert.Equal(RunStatus.Completed, (await engine.DriveAsync()).Outcome!.Status);
    }
}
