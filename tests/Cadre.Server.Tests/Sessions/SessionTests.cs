using System.Text.Json;
using Cadre.Engine.Runs;
using Cadre.Server.Events;
using Cadre.Server.Threads;

namespace Cadre.Server.Tests.Sessions;

public sealed class A_session_of_the_thread_manager
{
    [Fact]
    public async Task Is_made_with_its_thread_and_told_of_on_the_bus()
    {
        await using var server = await TestServer.StartAsync(Talk.Script);
        var told = ToldAsync(server.Server.Context.Events);
        var session = await Talk.SessionAsync(server, """ "user_id":"customer-7","metadata":{"shop":"north"} """);
        var events = await told;
        Assert.Equal([EventTypes.AssistantCreated, EventTypes.ThreadCreated, EventTypes.SessionCreated], events.Select(told => told.Type));
        Assert.Equal($"sess_{events[^1].Subject}", session.Id);
        Assert.Equal(("customer-7", "north"), (session.Body.GetProperty("user_id").GetString(), session.Body.GetProperty("metadata").GetProperty("shop").GetString()));
        Assert.Equal(200, (await server.GetAsync($"threads/{session.Body.GetProperty("thread_id").GetString()}")).Status);
        var (_, shown) = await server.GetAsync(Talk.Path(session.Id));
        Assert.Equal(session.Body.GetProperty("created_at").GetString(), shown.GetProperty("created_at").GetString());
        // The same session in the other protocol that has sessions.
        Assert.Equal(200, (await server.GetAsync($"agents/sessions/{session.Id}")).Status);
    }

    [Fact]
    public async Task Answers_a_message_and_remembers_what_was_said()
    {
        await using var server = await TestServer.StartAsync(Talk.Script);
        var session = await Talk.SessionAsync(server);
        var (status, first) = await server.PostAsync(Talk.Path(session.Id, "messages"), """{"message":"hello"}""");
        Assert.Equal((200, "completed", "You said hello."), (status, Talk.Status(first), first.GetProperty("response").GetString()));
        Assert.True(first.GetProperty("usage").GetProperty("total_tokens").GetInt64() > 0);
        Assert.Equal("completed", Talk.Status((await server.PostAsync(Talk.Path(session.Id, "messages"), """{"message":"again"}""")).Body));
        var (_, items) = await server.GetAsync(Talk.Path(session.Id, "messages?order=asc&limit=3"));
        Assert.Equal(["hello", "You said hello.", "again"], items.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("content").GetString()));
        Assert.True(items.GetProperty("has_more").GetBoolean());
        var last = items.GetProperty("data")[2].GetProperty("id").GetString();
        var (_, rest) = await server.GetAsync(Talk.Path(session.Id, $"messages?order=asc&after={last}"));
        Assert.Equal("You said again.", Assert.Single(rest.GetProperty("data").EnumerateArray()).GetProperty("content").GetString());
        Assert.Equal("You said again.", (await server.GetAsync(Talk.Path(session.Id))).Body.GetProperty("last_run").GetProperty("response").GetString());
    }

    [Fact]
    public async Task Takes_one_message_at_a_time()
    {
        await using var server = await TestServer.StartAsync(Talk.Script);
        var session = await Talk.SessionAsync(server, function: "count");
        var (_, asked) = await server.PostAsync(Talk.Path(session.Id, "messages"), """{"message":"count"}""");
        Assert.Equal("requires_action", Talk.Status(asked));
        var (status, refused) = await server.PostAsync(Talk.Path(session.Id, "messages"), """{"message":"hello"}""");
        Assert.Equal((409, "run_open"), (status, refused.GetProperty("code").GetString()));
        Assert.DoesNotContain("hello", (await server.GetAsync(Talk.Path(session.Id, "messages"))).Body.ToString(), StringComparison.Ordinal);
        Assert.Equal("cancelled", Talk.Status((await server.PostAsync(Talk.Path(session.Id, "cancel"))).Body));
        Assert.Equal((409, "no_open_run"), await Talk.RefusalAsync(server.PostAsync(Talk.Path(session.Id, "cancel"))));
        Assert.Equal((409, "no_open_run"), await Talk.RefusalAsync(server.PostAsync(Talk.Path(session.Id, "actions"), """{"outputs":[{"call_id":"x","output":"1"}]}""")));
        Assert.Equal("completed", Talk.Status((await server.PostAsync(Talk.Path(session.Id, "messages"), """{"message":"hello"}""")).Body));
    }

    [Fact]
    public async Task Takes_a_message_or_refuses_it_whole_when_many_come_at_once()
    {
        await using var server = await TestServer.StartAsync(Talk.Script);
        var session = await Talk.SessionAsync(server);
        var answers = (await Task.WhenAll(Enumerable.Range(0, 6).Select(async speaker =>
        {
            var own = new List<(int Status, JsonElement Body)>();
            for (var i = 0; i < 20; i++) own.Add(await server.PostAsync(Talk.Path(session.Id, "messages"), $$"""{"message":"number {{speaker}}-{{i}}"}"""));
            return own;
        }))).SelectMany(own => own).ToList();
        Assert.All(answers, answer => Assert.True(answer is { Status: 200 } or { Status: 409 }, answer.Body.ToString()));
        var said = answers.Where(answer => answer.Status == 200).Select(answer => answer.Body.GetProperty("response").GetString()).ToList();
        Assert.NotEmpty(said);
        var items = await server.Server.Context.Threads.ReadAsync(Storage.Documents.Scope.Everything, session.Id[5..], TestContext.Current.CancellationToken)
            .Select(item => Assert.IsType<ItemBody.Said>(item.Body)).ToListAsync(TestContext.Current.CancellationToken);
        Assert.Equal(said.Order(), items.Where(item => item.Speaker == Speaker.Assistant).Select(item => item.PlainText).Order());
        Assert.Equal(2 * said.Count, items.Count);
        // Each run was shown all that was said before it.
        var shown = new List<int>();
        foreach (var run in answers.Where(answer => answer.Status == 200).Select(answer => RunId.Parse(answer.Body.GetProperty("run_id").GetString()![4..])))
        {
            var first = await server.Server.Context.Store.Journal.ReadAsync(run, 0, TestContext.Current.CancellationToken).FirstAsync(TestContext.Current.CancellationToken);
            shown.Add(Assert.IsType<RunEvent.Started>(first).Input.Length);
        }

        Assert.Equal(Enumerable.Range(0, said.Count).Select(earlier => 2 * earlier + 1), shown.Order());
    }

    [Fact]
    public async Task Uses_the_platforms_tools_for_its_user()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = server.ClientOfPerson("alice");
        using var bob = server.ClientOfPerson("bob");
        var (_, agent) = await TestServer.SendAsync(alice, HttpMethod.Post, "assistants", """{"model":"m","tools":[{"type":"todo_create"},{"type":"todo_list"}]}""");
        var (_, session) = await TestServer.SendAsync(alice, HttpMethod.Post, "/api/v1/sessions", $$"""{"agent_id":"{{agent.GetProperty("id").GetString()}}"}""");
        var (_, reply) = await TestServer.SendAsync(alice, HttpMethod.Post, Talk.Path(session.GetProperty("session_id").GetString()!, "messages"), """{"message":"Create a task called Buy groceries"}""");
        Assert.Equal("completed", Talk.Status(reply));
        var call = Assert.Single(reply.GetProperty("tool_calls").EnumerateArray());
        Assert.Equal(("todo_create", "Buy groceries"), (call.GetProperty("tool_name").GetString(), call.GetProperty("result").GetProperty("title").GetString()));
        Assert.Single((await TestServer.SendAsync(alice, HttpMethod.Get, "/api/v1/tasks")).Body.GetProperty("data").EnumerateArray());
        Assert.Empty((await TestServer.SendAsync(bob, HttpMethod.Get, "/api/v1/tasks")).Body.GetProperty("data").EnumerateArray());
        Assert.Equal(400, (await TestServer.SendAsync(alice, HttpMethod.Post, "assistants", """{"model":"m","tools":[{"type":"approval_decide"}]}""")).Status);
    }

    [Fact]
    public async Task Goes_with_its_thread_and_what_runs_in_it()
    {
        await using var server = await TestServer.StartAsync(Talk.Script);
        var session = await Talk.SessionAsync(server, function: "count");
        await server.PostAsync(Talk.Path(session.Id, "messages"), """{"message":"count"}""");
        Assert.Equal(204, (await server.DeleteAsync(Talk.Path(session.Id))).Status);
        Assert.Equal(404, (await server.GetAsync(Talk.Path(session.Id))).Status);
        Assert.Equal(404, (await server.GetAsync($"threads/{session.Body.GetProperty("thread_id").GetString()}")).Status);
        Assert.Equal(404, (await server.PostAsync(Talk.Path(session.Id, "messages"), """{"message":"hello"}""")).Status);
    }

    [Theory]
    [InlineData("{}", "agent_id")]
    [InlineData("""{"agent_id":7}""", "agent_id")]
    [InlineData("""{"agent_id":"agent_x","user_id":""}""", "user_id")]
    public async Task Is_refused_by_the_name_of_what_does_not_fit(string body, string parameter)
    {
        await using var server = await TestServer.StartAsync(Talk.Script);
        var (status, problem) = await server.PostAsync("/api/v1/sessions", body);
        Assert.Equal((400, parameter), (status, problem.GetProperty("parameter").GetString()));
        Assert.Equal(JsonValueKind.String, problem.GetProperty("title").ValueKind);
    }

    /// <summary>Events from now on, up to a session's.</summary>
    private static async Task<List<PlatformEvent>> ToldAsync(EventBus bus)
    {
        var told = new List<PlatformEvent>();
        await foreach (var @event in bus.SubscribeAsync(TestContext.Current.CancellationToken))
        {
            told.Add(@event);
            if (@event.Type == EventTypes.SessionCreated) break;
        }

        return told;
    }
}
