using System.Text.Json;
using Cadre.Engine.Models;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using static Cadre.Engine.Tests.TestEngine;

namespace Cadre.Engine.Tests.Runs;

public sealed class A_conversation
{
    private static readonly OutputSchema Shape = new("shape", JsonDocument.Parse("""{"type":"object","required":["n"],"properties":{"n":{"type":"integer"}}}""").RootElement);

    [Fact]
    public async Task Sends_an_answer_of_the_wrong_shape_back_until_it_fits()
    {
        var answers = new Queue<string>(["not json", """{"n":"x"}""", """{"n":3}"""]);
        var engine = new TestEngine(_ => Text(answers.Dequeue()));
        var ended = await engine.StartAsync(definition => definition with { Output = Shape });

        Assert.Equal((RunStatus.Completed, """{"n":3}"""), (ended.Outcome!.Status, ended.Outcome.Output));
        Assert.Contains("it is not JSON", engine.Model.Requests[1].Messages[^1].PlainText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gives_up_on_a_model_that_cannot_answer_in_shape()
    {
        var engine = new TestEngine(_ => Text("never json"));
        var ended = await engine.StartAsync(definition => definition with { Output = Shape });
        Assert.Equal((RunStatus.Failed, RunLimits.OutputRepairs + 1), (ended.Outcome!.Status, engine.Model.Requests.Count));
    }

    [Fact]
    public async Task Asks_once_more_when_the_answer_is_empty()
    {
        var answers = new Queue<string>(["", "here"]);
        var ended = await new TestEngine(_ => Text(answers.Dequeue())).StartAsync();
        Assert.Equal((RunStatus.Completed, "here"), (ended.Outcome!.Status, ended.Outcome.Output));
    }

    [Fact]
    public async Task Says_that_an_answer_was_cut()
    {
        var ended = await new TestEngine(_ => new ModelChunk.Completed(new("half", [], StopReason.Length, new(5, 5), "model"))).StartAsync();
        Assert.Equal((RunStatus.Incomplete, "half"), (ended.Outcome!.Status, ended.Outcome.Output));
    }

    [Fact]
    public async Task That_fills_up_is_compacted_and_keeps_its_task()
    {
        var n = 0;
        var engine = new TestEngine(
            request => request.Instructions!.StartsWith("Summarise", StringComparison.Ordinal) ? Text("SUMMARY")
                : ++n > 30 ? Text("done") : Calls(new ToolRequest($"c{n}", "look", $"{{\"n\":{n}}}")),
            new FunctionTool("look", Effect.Read, _ => ToolResult.Ok(new string('y', 2_000))));
        var ended = await engine.StartAsync(definition => definition with { Agent = Agent with { ContextTokens = 5_000 } }, "The task itself.");

        Assert.Equal(RunStatus.Completed, ended.Outcome!.Status);
        Assert.Contains("HistoryCompacted", engine.Types());
        var last = engine.Model.Requests[^1].Messages;
        Assert.Equal("The task itself.", last[0].PlainText);
        Assert.Contains("SUMMARY", last[1].PlainText, StringComparison.Ordinal);
        Assert.All(engine.Model.Requests, request => Assert.InRange(request.Messages.Sum(History.Length), 0, 60_000));
        Assert.All(engine.Model.Requests, Paired);
    }

    [Fact]
    public async Task That_the_endpoint_calls_too_long_is_compacted_without_it()
    {
        var (n, refused) = (0, false);
        var engine = new TestEngine(
            request =>
            {
                if (++n == 8 && !refused)
                {
                    refused = true;
                    return Fails(ModelFailureKind.ContextTooLong);
                }

                return n > 12 ? Text("done") : Calls(new ToolRequest($"c{n}", "look", $"{{\"n\":{n}}}"));
            },
            new FunctionTool("look", Effect.Read, _ => ToolResult.Ok(new string('y', 500))));
        var ended = await engine.StartAsync();

        Assert.Equal(RunStatus.Completed, ended.Outcome!.Status);
        Assert.True(engine.Model.Requests[8].Messages.Count < engine.Model.Requests[7].Messages.Count);
    }

    [Fact]
    public async Task Takes_a_message_that_comes_while_a_call_is_open_after_the_calls_output()
    {
        TestEngine? engine = null;
        engine = new(A_call.Once(Calls(new ToolRequest("c1", "look", "{}"))), new FunctionTool("look", Effect.Read, async (call, _) =>
        {
            await engine!.Control.AddMessageAsync(call.Run, new("And one more thing."), CancellationToken.None);
            return ToolResult.Ok("seen");
        }));
        await engine.StartAsync();

        Assert.Equal(["Do it.", "", "seen", "And one more thing."], engine.Model.Requests[1].Messages.Select(message => message.PlainText));
    }

    [Fact]
    public async Task Stops_at_its_limit_of_turns()
    {
        var n = 0;
        var engine = new TestEngine(_ => Calls(new ToolRequest("same id", "look", $"{{\"n\":{n++}}}")), new FunctionTool("look", Effect.Read, _ => ToolResult.Ok("seen")));
        var ended = await engine.StartAsync(definition => definition with { Agent = Agent with { MaxTurns = 4 } });
        Assert.Equal((RunStatus.Incomplete, 4), (ended.Outcome!.Status, ended.Turns));
    }

    private static void Paired(ModelRequest request)
    {
        var open = new HashSet<string>(StringComparer.Ordinal);
        foreach (var message in request.Messages)
        {
            if (message is Message.Assistant { Calls.IsDefaultOrEmpty: false } assistant) open.UnionWith(assistant.Calls.Select(call => call.CallId));
            if (message is Message.ToolOutput output) Assert.True(open.Remove(output.CallId), "An output without its call.");
        }

        Assert.Empty(open);
    }
}
