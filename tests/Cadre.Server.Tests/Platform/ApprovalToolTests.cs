using System.Text.Json;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Server.Registry;
using Cadre.Server.Tests.Sessions;

namespace Cadre.Server.Tests.Platform;

public sealed class Approvals_by_MCP
{
    [Theory]
    [InlineData("approve", "The post says: sent", 1)]
    [InlineData("decline", "declined", 0)]
    public async Task Are_decided_by_who_owns_the_run_for_exactly_the_call_that_was_shown(string decision, string expected, int sent)
    {
        var letters = new LetterTool();
        await using var server = await TestServer.StartAsync(Talk.Script, parts => parts with { Tools = [letters] });
        await using var alice = await PlatformClient.OfPersonAsync(server, "alice");
        await using var bob = await PlatformClient.OfPersonAsync(server, "bob");
        using var http = server.ClientOfPerson("alice");
        var asked = await alice.CallAsync("assistant_run", $$"""{"assistant_id":"{{await Talk.WriterAsync(http)}}","message":"write to Bob"}""");
        Assert.Equal("requires_approval", Talk.Status(asked));
        Assert.Empty((await bob.CallAsync("approvals_list")).GetProperty("approvals").EnumerateArray());
        var waiting = Assert.Single((await alice.CallAsync("approvals_list")).GetProperty("approvals").EnumerateArray());
        var (run, call) = (asked.GetProperty("run_id").GetString(), waiting.GetProperty("call"));
        Assert.Equal((run, LetterTool.Name, "Bob"), (waiting.GetProperty("run_id").GetString(), call.GetProperty("tool_name").GetString(), call.GetProperty("input").GetProperty("to").GetString()));

        var (id, hash) = (call.GetProperty("call_id").GetString(), call.GetProperty("hash").GetString());
        Assert.Equal($"No run found with id '{run}'.", await bob.RefusalAsync("approval_decide", Decision("approve", hash!)));
        Assert.Contains("Nothing was decided", await alice.RefusalAsync("approval_decide", Decision("approve", "another")), StringComparison.Ordinal);
        Assert.Empty(letters.Sent);
        await alice.CallAsync("approval_decide", Decision(decision, hash!));
        Assert.Contains(expected, (await alice.CallAsync("run_get", $$"""{"run_id":"{{run}}","wait_seconds":30}""")).GetProperty("response").GetString(), StringComparison.Ordinal);
        Assert.Equal(sent, letters.Sent.Count);
        await alice.RefusalAsync("approval_decide", Decision("approve", hash!));

        string Decision(string word, string shown) => $$"""{"run_id":"{{run}}","call_id":"{{id}}","hash":"{{shown}}","decision":"{{word}}"}""";
    }

    [Fact]
    public async Task Are_not_decided_without_the_grant()
    {
        await using var server = await TestServer.StartAsync(Talk.Script);
        await using var limited = await PlatformClient.OfPersonAsync(server, "alice", scope: $"{Grants.AssistantsRead} {Grants.AssistantsRun}");
        Assert.DoesNotContain("approval_decide", await limited.ToolsAsync());
        await Assert.ThrowsAnyAsync<Exception>(() => limited.CallAsync("approval_decide", """{"run_id":"run_x","call_id":"c","hash":"h","decision":"approve"}"""));
    }

    /// <summary>An agent that names every tool of the server is still offered none that starts, steers or approves runs, and a call of one finds no tool.</summary>
    [Fact]
    public async Task Are_out_of_reach_for_runs()
    {
        const string Script = """
            otherwise: fail
            rules:
              - when: { tool_results: 0 }
                then: { calls: [ { name: approval_decide, arguments: { run_id: run_x, call_id: c, hash: h, decision: approve } }, { name: assistant_run, arguments: { assistant_id: asst_x, message: hi } } ] }
              - { then: { text: "{{tool_output:1}} {{tool_output:2}}" } }
            """;
        await using var server = await TestServer.StartAsync(Script);
        var context = server.Server.Context;
        var owner = new Owner("acme", TestServer.PersonOf("alice"));
        var run = context.Ids.NewRun();
        var definition = new RunDefinition(new("greedy", "m", "", ["*"]), owner);
        Assert.True(await context.Runs.Control.StartAsync(run, definition, [new Engine.Models.Message.User([new Engine.Models.Content.Text("go")])], TestContext.Current.CancellationToken));
        await foreach (var item in context.Runs.Feed.ReadAsync(run, 0, TestContext.Current.CancellationToken)) _ = item;
        var offered = (await context.Platform.ListAsync(owner, TestContext.Current.CancellationToken)).Select(tool => tool.Descriptor.Name).ToList();
        Assert.Contains("runs_list", offered);
        Assert.DoesNotContain(offered, name => name is "approval_decide" or "approvals_list" or "assistant_run" or "session_process_message" or "run_cancel");
        var state = await context.Runs.Control.LoadAsync(run, TestContext.Current.CancellationToken);
        Assert.Contains("There is no tool 'approval_decide'", state!.Outcome!.Output, StringComparison.Ordinal);
        Assert.Contains("There is no tool 'assistant_run'", state.Outcome.Output, StringComparison.Ordinal);
    }
}
