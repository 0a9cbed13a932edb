using Cadre.Engine.Models;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;
using Cadre.Engine.Tests.Simulation;
using Cadre.Engine.Tools;
using static Cadre.Engine.Tests.TestEngine;

namespace Cadre.Engine.Tests.Runs;

public sealed class A_transactional_call
{
    private static readonly ToolRequest Request = new("c1", "enter", "{}");

    [Fact]
    public async Task Is_one_append_with_the_reply_that_asked_for_it_its_start_its_result_and_its_effect()
    {
        var (engine, asked) = Entering(Request);
        var seen = new List<string[]>();
        engine.Journal.BeforeRows = () =>
        {
            seen.Add([.. engine.Types()]);
            return Task.CompletedTask;
        };
        var ended = await engine.StartAsync();

        Assert.Equal(RunStatus.Completed, ended.Outcome!.Status);
        Assert.Equal(["Started"], Assert.Single(seen));
        Assert.Equal(["Started", "TurnFinished", "CallStarted", "CallFinished", "TurnFinished", "Ended"], engine.Types());
        Assert.Equal(1, asked());
        Assert.Equal(new Dictionary<string, int> { ["t-1-0"] = 1 }, engine.Journal.Rows);
        Assert.Equal("entered", engine.Model.Requests[1].Messages.OfType<Message.ToolOutput>().Single().Output);
    }

    [Fact]
    public async Task Is_asked_again_when_what_it_rests_on_was_changed_by_others()
    {
        var (engine, asked) = Entering(Request);
        var others = 3;
        engine.Journal.BeforeRows = () =>
        {
            if (others-- > 0) engine.Journal.Write("another's");
            return Task.CompletedTask;
        };
        await engine.StartAsync();

        Assert.Equal(4, asked());
        Assert.Equal(1, engine.Journal.Rows["t-1-0"]);
        Assert.Equal(["Started", "TurnFinished", "CallStarted", "CallFinished", "TurnFinished", "Ended"], engine.Types());
        Assert.Equal(["run_started", "tool_call", "tool_result", "run_ended"], engine.Audit.Entries.Select(entry => entry.Kind));
    }

    [Fact]
    public async Task Fails_without_effect_when_others_are_always_faster()
    {
        var (engine, asked) = Entering(Request);
        engine.Journal.BeforeRows = () =>
        {
            engine.Journal.Write("another's");
            return Task.CompletedTask;
        };
        var ended = await engine.StartAsync();

        Assert.Equal(RunStatus.Completed, ended.Outcome!.Status);
        Assert.Equal(8, asked());
        Assert.Equal(["another's"], engine.Journal.Rows.Keys);
        Assert.Equal(ToolStatus.Failed, Finished(engine).Single().Result.Status);
        Assert.Contains("Nothing was done", engine.Model.Requests[1].Messages.OfType<Message.ToolOutput>().Single().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Comes_after_what_a_face_appended_meanwhile()
    {
        var (engine, asked) = Entering(Request);
        var cancelled = false;
        engine.Journal.BeforeRows = async () =>
        {
            if (cancelled) return;
            cancelled = true;
            await engine.Control.CancelAsync(engine.Id, "user:u", "enough", default);
        };
        var ended = await engine.StartAsync();

        Assert.Equal(RunStatus.Cancelled, ended.Outcome!.Status);
        Assert.Equal(["Started", "CancelRequested", "TurnFinished", "CallStarted", "CallFinished", "Ended"], engine.Types());
        Assert.Equal(1, asked());
        Assert.Equal(1, engine.Journal.Rows["t-1-0"]);
    }

    [Fact]
    public async Task Leaves_its_effect_undone_when_another_driver_has_taken_the_run()
    {
        var (engine, _) = Entering(Request);
        var taken = false;
        engine.Journal.BeforeRows = async () =>
        {
            if (taken) return;
            taken = true;
            await engine.Driver("second").TakeOverAsync(engine.Id, default);
        };
        await engine.Control.StartAsync(engine.Id, new(Agent, Owner.Local), [new Message.User("Do it.")], default);
        Assert.Equal(DriveEnd.Taken, await engine.Driver().DriveAsync(engine.Id, default));
        Assert.Empty(engine.Journal.Rows);

        Assert.Equal(RunStatus.Completed, (await engine.DriveAsync()).Outcome!.Status);
        Assert.Equal(new Dictionary<string, int> { ["t-1-0"] = 1 }, engine.Journal.Rows);
    }

    /// <summary>Killed at every point there is, one after the other.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Leaves_record_and_effect_or_neither_wherever_its_driver_dies(int calls)
    {
        var requests = Enumerable.Range(0, calls).Select(number => new ToolRequest($"c{number}", "enter", "{}")).ToArray();
        var points = Entering(requests).Engine;
        await points.StartAsync();
        var (before, after) = (0, 0);
        for (var at = 1; at <= points.Kill.Passed; at++)
        {
            var (engine, _) = Entering(requests);
            engine.Kill.At = at;
            await Assert.ThrowsAsync<KilledException>(() => engine.StartAsync());
            var finished = Finished(engine);
            Assert.Equal(finished.Count(), engine.Journal.Rows.Count);
            if (engine.Journal.Rows.Count < calls) before++;
            else after++;

            engine.Kill.Revive(null);
            if (engine.Journal.Runs.Count == 0) continue;
            await engine.Driver("second").TakeOverAsync(engine.Id, default);
            var ended = await engine.DriveAsync();
            Assert.Equal(RunStatus.Completed, ended.Outcome!.Status);
            Assert.Equal(Enumerable.Range(0, calls).Select(number => $"t-1-{number}"), engine.Journal.Rows.Keys.Order(StringComparer.Ordinal));
            Assert.All(engine.Journal.Rows.Values, times => Assert.Equal(1, times));
            Assert.Equal(calls, Finished(engine).Count());
            Assert.DoesNotContain(Finished(engine), call => call.Result.Status != ToolStatus.Succeeded);
        }

        Assert.True(before > 2 && after > 2, $"{before} kills before the effect, {after} after it: they miss what they are for.");
    }

    /// <summary>A journal that breaks inside is a bug: it must not become the record of a success that did not happen.</summary>
    [Fact]
    public async Task Is_not_recorded_as_made_when_its_journal_cannot_make_it()
    {
        var (engine, _) = Entering(Request);
        var broken = true;
        engine.Journal.BeforeRows = () => broken ? throw new NotSupportedException("This journal keeps no tables.") : Task.CompletedTask;
        Assert.Contains("NotSupportedException", (await engine.StartAsync()).Paused!.Reason, StringComparison.Ordinal);
        Assert.Empty(Finished(engine));
        Assert.Empty(engine.Journal.Rows);

        broken = false;
        await engine.Driver("second").TakeOverAsync(engine.Id, default);
        Assert.Equal(RunStatus.Completed, (await engine.DriveAsync()).Outcome!.Status);
        Assert.Equal(new Dictionary<string, int> { ["t-1-0"] = 1 }, engine.Journal.Rows);
    }

    [Fact]
    public async Task Is_what_a_tool_has_to_have_declared()
    {
        var engine = new TestEngine(Trusting, A_call.Once(Calls(new ToolRequest("c1", "put", "{}"))), new FunctionTool("put", Effect.Idempotent, call =>
            ToolResult.Ok("put") with { Pending = new Row(call.Key, 0) }));
        await engine.StartAsync();

        Assert.Equal(ToolStatus.Failed, Finished(engine).Single().Result.Status);
        Assert.Empty(engine.Journal.Rows);
    }

    private static IEnumerable<RunEvent.CallFinished> Finished(TestEngine engine) =>
        engine.Journal.Runs.GetValueOrDefault(engine.Id, []).OfType<RunEvent.CallFinished>();

    /// <summary>An engine with a tool that writes a row named like its call's key, and how often the tool was asked.</summary>
    private static (TestEngine Engine, Func<int> Asked) Entering(params ToolRequest[] requests)
    {
        TestEngine? engine = null;
        var asked = 0;
        engine = new(
            Trusting,
            request => request.Messages.Any(message => message is Message.ToolOutput) ? Text("done") : Calls(requests),
            new FunctionTool("enter", Effect.Transactional, call =>
            {
                asked++;
                return ToolResult.Ok("entered") with { Pending = new Row(call.Key, engine!.Journal.RowsVersion) };
            }));
        return (engine, () => asked);
    }
}
