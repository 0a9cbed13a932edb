using System.Collections.Concurrent;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Server.Http;
using Cadre.Server.Sessions;

namespace Cadre.Server.Tests.Sessions;

/// <summary>What a program does that embeds the server.</summary>
public sealed class A_session_in_process
{
    private static readonly Dictionary<string, SessionFunction> None = [];
    private static readonly Owner Owner = new("default", "admin");

    [Fact]
    public async Task Serves_several_functions_side_by_side()
    {
        await using var server = await TestServer.StartAsync(Talk.Script);
        var session = await SessionAsync(server, "count");
        using var both = new CountdownEvent(2);
        var arrived = new TaskCompletionSource();
        var asked = new ConcurrentQueue<string>();
        var reply = await server.Server.Sessions.ProcessMessageAsync(session, new("count two"), Serving(async (arguments, stop) =>
        {
            asked.Enqueue(arguments.GetProperty("of").GetString()!);
            if (both.Signal()) arrived.SetResult();
            // Neither is answered before both were asked.
            await arrived.Task.WaitAsync(stop);
            return "7";
        }), TestContext.Current.CancellationToken);
        Assert.Equal((ReplyStatus.Completed, "There are 7."), (reply.Status, reply.Response));
        Assert.Equal(["apples", "pears"], asked.Order());
        Assert.All(reply.ToolCalls, call => Assert.Equal(ToolStatus.Succeeded, call.Status));
        Assert.Equal((session.Id, session.ThreadId), (reply.SessionId, reply.ThreadId));
    }

    [Fact]
    public async Task Tells_the_model_of_a_function_that_throws()
    {
        await using var server = await TestServer.StartAsync(Talk.Script);
        var session = await SessionAsync(server, "count");
        var reply = await server.Server.Sessions.ProcessMessageAsync(session, new("count"), Serving((_, _) => throw new InvalidOperationException("No scales.")), TestContext.Current.CancellationToken);
        Assert.Equal((ReplyStatus.Completed, """There are {"error":"No scales."}."""), (reply.Status, reply.Response));
    }

    [Fact]
    public async Task Serves_only_arguments_that_fit_and_has_the_model_mend_the_others()
    {
        await using var server = await TestServer.StartAsync(Talk.Script);
        var session = await SessionAsync(server, "count");
        var served = 0;
        var reply = await server.Server.Sessions.ProcessMessageAsync(session, new("mend"), Serving((_, _) =>
        {
            served++;
            return ValueTask.FromResult("8");
        }), TestContext.Current.CancellationToken);
        Assert.Equal((ReplyStatus.Completed, 1), (reply.Status, served));
        Assert.Equal([ToolStatus.Failed, ToolStatus.Failed, ToolStatus.Succeeded], reply.ToolCalls.Select(call => call.Status!.Value));
        Assert.Contains("not one JSON object", reply.Response, StringComparison.Ordinal);
        Assert.Contains("do not fit the tool's schema", reply.Response, StringComparison.Ordinal);
        Assert.EndsWith("| 8", reply.Response, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hands_out_what_no_function_serves_and_takes_its_output()
    {
        await using var server = await TestServer.StartAsync(Talk.Script);
        var session = await SessionAsync(server, "count");
        var sessions = server.Server.Sessions;
        var reply = await sessions.ProcessMessageAsync(session, new("count"), None, TestContext.Current.CancellationToken);
        Assert.Equal(ReplyStatus.RequiresAction, reply.Status);
        var action = Assert.Single(reply.RequiredActions);
        var busy = await Assert.ThrowsAsync<ApiException>(() => sessions.ProcessMessageAsync(session, new("hello"), None, TestContext.Current.CancellationToken));
        Assert.Equal(409, busy.Status);
        reply = await sessions.SubmitAsync(session, new Dictionary<string, ToolResult> { [action.CallId] = ToolResult.Ok("5") }, None, TestContext.Current.CancellationToken);
        Assert.Equal((ReplyStatus.Completed, "There are 5."), (reply.Status, reply.Response));
    }

    [Fact]
    public async Task Goes_on_where_a_former_process_stopped()
    {
        await using var server = await TestServer.StartAsync(Talk.Script);
        var session = await SessionAsync(server, "count");
        var asked = new TaskCompletionSource();
        using var gone = new CancellationTokenSource();
        var first = server.Server.Sessions.ProcessMessageAsync(session, new("count"), Serving(async (_, stop) =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.Infinite, stop);
            return "";
        }), gone.Token);
        await asked.Task.WaitAsync(TestContext.Current.CancellationToken);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await server.RestartAsync();

        var found = await server.Server.Sessions.GetAsync(Owner, session.Id, TestContext.Current.CancellationToken);
        var reply = await server.Server.Sessions.ContinueAsync(found, Serving((_, _) => ValueTask.FromResult("6")), TestContext.Current.CancellationToken);
        Assert.Equal((ReplyStatus.Completed, "There are 6."), (reply.Status, reply.Response));
    }

    [Fact]
    public async Task Says_that_a_run_goes_on_when_the_server_stops()
    {
        await using var server = await TestServer.StartAsync(Talk.Script);
        var session = await SessionAsync(server);
        using var starts = server.Server.Context.Runs.Watch.Watch(session.Bare);
        var waiting = server.Server.Sessions.ProcessMessageAsync(session, new("hang"), None, TestContext.Current.CancellationToken);
        await starts.Runs.ReadAsync(TestContext.Current.CancellationToken);
        await server.Server.StopAsync(TimeSpan.Zero);
        Assert.Equal(ReplyStatus.InProgress, (await waiting).Status);
        await server.RestartAsync();
        var reply = await server.Server.Sessions.CancelAsync(session, "user:admin", TestContext.Current.CancellationToken);
        Assert.Equal(ReplyStatus.Cancelled, reply.Status);
    }

    [Fact]
    public async Task Reports_every_end()
    {
        await using var server = await TestServer.StartAsync(Talk.Script);
        var session = await SessionAsync(server, "count");
        var sessions = server.Server.Sessions;
        var stop = TestContext.Current.CancellationToken;
        Assert.Equal(ReplyStatus.Failed, (await sessions.ProcessMessageAsync(session, new("fail"), None, stop)).Status);
        var incomplete = await sessions.ProcessMessageAsync(session, new("long") { MaxCompletionTokens = 4 }, None, stop);
        Assert.Equal((ReplyStatus.Incomplete, OutcomeLimit.OutputTokens), (incomplete.Status, incomplete.Limit));
        var asked = await sessions.ProcessMessageAsync(session, new("count"), None, stop);
        await server.Server.Context.Runs.Control.ExpireAsync(RunId.Parse(asked.RunId[4..]), "Too late.", stop);
        Assert.Equal(ReplyStatus.Expired, (await sessions.ContinueAsync(session, None, stop)).Status);
        await Assert.ThrowsAsync<ApiException>(() => sessions.CancelAsync(session, "user:admin", stop));
        await sessions.DeleteAsync(session, "user:admin", stop);
        Assert.Equal(404, (await Assert.ThrowsAsync<ApiException>(() => sessions.ProcessMessageAsync(session, new("hello"), None, stop))).Status);
    }

    private static Dictionary<string, SessionFunction> Serving(SessionFunction count) => new() { ["count"] = count };

    private static async Task<AgentSession> SessionAsync(TestServer server, string? function = null) =>
        await server.Server.Sessions.CreateAsync(Owner, new(await Talk.AgentAsync(server.Http, function)), TestContext.Current.CancellationToken);
}
