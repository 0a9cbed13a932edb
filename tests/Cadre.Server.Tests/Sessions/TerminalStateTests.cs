using System.Text.Json;
using Cadre.Engine.Runs;
using Cadre.Testing;

namespace Cadre.Server.Tests.Sessions;

/// <summary>Each end of a run, as the answer to the message and, after a restart of the server, as what is read back.</summary>
public sealed class The_end_of_a_message
{
    [Fact]
    public async Task Is_completed_with_the_answer()
    {
        await using var server = await TestServer.StartAsync(Talk.Script);
        var session = await Talk.SessionAsync(server);
        var (_, reply) = await server.PostAsync(Talk.Path(session.Id, "messages"), """{"message":"hello"}""");
        await IsAsync(server, session.Id, reply, "completed");
        Assert.Equal("You said hello.", reply.GetProperty("response").GetString());
        Assert.False(reply.TryGetProperty("reason", out _));
    }

    [Fact]
    public async Task Is_failed_with_the_reason_when_the_model_fails()
    {
        await using var server = await TestServer.StartAsync(Talk.Script);
        var session = await Talk.SessionAsync(server);
        var (_, reply) = await server.PostAsync(Talk.Path(session.Id, "messages"), """{"message":"fail"}""");
        await IsAsync(server, session.Id, reply, "failed");
        Assert.NotEmpty(reply.GetProperty("reason").GetString()!);
        Assert.Equal("completed", Talk.Status((await server.PostAsync(Talk.Path(session.Id, "messages"), """{"message":"hello"}""")).Body));
    }

    [Fact]
    public async Task Is_cancelled_while_the_model_is_asked()
    {
        await using var server = await TestServer.StartAsync(Talk.Script);
        var session = await Talk.SessionAsync(server);
        using var starts = server.Server.Context.Runs.Watch.Watch(session.Id[5..]);
        var waiting = server.PostAsync(Talk.Path(session.Id, "messages"), """{"message":"hang"}""");
        await starts.Runs.ReadAsync(TestContext.Current.CancellationToken);
        var (status, reply) = await server.PostAsync(Talk.Path(session.Id, "cancel"));
        Assert.Equal(200, status);
        await IsAsync(server, session.Id, (await waiting).Body, "cancelled");
        Assert.Equal("cancelled", Talk.Status(reply));
        Assert.Contains("Cancelled by", reply.GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Is_expired_when_outputs_do_not_come_in_time()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var server = await TestServer.StartAsync(Talk.Script, parts => parts with { Time = time });
        var session = await Talk.SessionAsync(server, function: "count");
        var (_, asked) = await server.PostAsync(Talk.Path(session.Id, "messages"), """{"message":"count"}""");
        var run = asked.GetProperty("run_id").GetString()!;
        time.Advance(TimeSpan.FromMinutes(11));
        // The feed ends with the run.
        await foreach (var item in server.Server.Context.Runs.Feed.ReadAsync(RunId.Parse(run[4..]), 0, TestContext.Current.CancellationToken)) _ = item;
        var (_, reply) = await server.GetAsync(Talk.Path(session.Id, $"runs/{run}"));
        await IsAsync(server, session.Id, reply, "expired");
        Assert.Equal(("Let me look.", "No tool outputs were submitted in time."), (reply.GetProperty("response").GetString(), reply.GetProperty("reason").GetString()));
        Assert.False(reply.TryGetProperty("required_actions", out _));
    }

    [Fact]
    public async Task Is_incomplete_with_the_limit_when_the_tokens_are_spent()
    {
        await using var server = await TestServer.StartAsync(Talk.Script);
        var session = await Talk.SessionAsync(server, function: "count");
        var (_, reply) = await server.PostAsync(Talk.Path(session.Id, "messages"), """{"message":"long","max_completion_tokens":4}""");
        await IsAsync(server, session.Id, reply, "incomplete");
        Assert.Equal("output_tokens", reply.GetProperty("limit").GetString());
        Assert.StartsWith("And so on", reply.GetProperty("response").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Is_found_by_the_runs_id_when_it_took_longer_than_was_waited_for()
    {
        await using var server = await TestServer.StartAsync(Talk.Script);
        var session = await Talk.SessionAsync(server);
        var (_, begun) = await server.PostAsync(Talk.Path(session.Id, "messages"), """{"message":"hello","timeout":0}""");
        var run = begun.GetProperty("run_id").GetString();
        var (_, reply) = await server.GetAsync(Talk.Path(session.Id, $"runs/{run}?timeout=30"));
        await IsAsync(server, session.Id, reply, "completed");
        Assert.Equal((400, "timeout"), await ParameterAsync(server.GetAsync(Talk.Path(session.Id, $"runs/{run}?timeout=x"))));
        Assert.Equal((400, "timeout"), await ParameterAsync(server.PostAsync(Talk.Path(session.Id, "messages"), """{"message":"hello","timeout":601}""")));
        Assert.Equal(404, (await server.GetAsync(Talk.Path(session.Id, "runs/run_nothing"))).Status);
    }

    private static async Task IsAsync(TestServer server, string session, JsonElement reply, string status)
    {
        Assert.Equal(status, Talk.Status(reply));
        await server.RestartAsync();
        var (_, read) = await server.GetAsync(Talk.Path(session, $"runs/{reply.GetProperty("run_id").GetString()}"));
        Assert.Equal(reply.GetRawText(), read.GetRawText());
        Assert.Equal(reply.GetRawText(), (await server.GetAsync(Talk.Path(session))).Body.GetProperty("last_run").GetRawText());
    }

    private static async Task<(int Status, string? Parameter)> ParameterAsync(Task<(int Status, JsonElement Body)> answer)
    {
        var (status, body) = await answer;
        return (status, body.GetProperty("parameter").GetString());
    }
}
