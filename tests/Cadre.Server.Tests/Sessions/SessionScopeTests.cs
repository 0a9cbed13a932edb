namespace Cadre.Server.Tests.Sessions;

public sealed class Anothers_session
{
    [Theory]
    [InlineData("bob", "acme")]
    [InlineData("alice", "other")]
    public async Task Is_not_there_by_any_way_to_it(string user, string organisation)
    {
        await using var server = await TestServer.StartAsync(Talk.Script);
        using var alice = server.ClientOfPerson("alice");
        using var stranger = server.ClientOfPerson(user, organisation);
        var session = await Talk.SessionAsync(alice, function: "count");
        var (_, asked) = await TestServer.SendAsync(alice, HttpMethod.Post, Talk.Path(session.Id, "messages"), """{"message":"count"}""");
        var (run, call) = (asked.GetProperty("run_id").GetString(), asked.GetProperty("required_actions")[0].GetProperty("call_id").GetString());
        (HttpMethod Method, string Path, string? Body)[] ways =
        [
            (HttpMethod.Get, "", null), (HttpMethod.Delete, "", null), (HttpMethod.Get, "/messages", null), (HttpMethod.Post, "/messages", """{"message":"hello"}"""),
            (HttpMethod.Post, "/messages", """{"message":"hello","stream":true}"""), (HttpMethod.Post, "/actions", $$"""{"outputs":[{"call_id":"{{call}}","output":"1"}]}"""),
            (HttpMethod.Post, "/approvals", """{"call_id":"c","hash":"h","approve":true}"""), (HttpMethod.Post, "/cancel", "{}"), (HttpMethod.Get, $"/runs/{run}?timeout=1", null),
        ];
        foreach (var (method, path, body) in ways)
        {
            var nobodys = session.Id[..^4] + "zzzz";
            var (status, problem) = await TestServer.SendAsync(stranger, method, Talk.Path(session.Id) + path, body);
            var (_, absent) = await TestServer.SendAsync(stranger, method, Talk.Path(nobodys) + path, body);
            Assert.Equal(404, status);
            Assert.Equal(absent.GetRawText(), problem.GetRawText().Replace(session.Id, nobodys, StringComparison.Ordinal));
        }

        var (_, own) = await TestServer.SendAsync(stranger, HttpMethod.Get, "/api/v1/sessions");
        Assert.Empty(own.GetProperty("data").EnumerateArray());
        Assert.Equal(400, (await TestServer.SendAsync(stranger, HttpMethod.Get, $"/api/v1/sessions?after={session.Id}")).Status);
        Assert.Equal(404, (await TestServer.SendAsync(stranger, HttpMethod.Post, "/api/v1/sessions", $$"""{"agent_id":"{{session.Body.GetProperty("agent_id").GetString()}}"}""")).Status);
        // A run of the stranger's own session is none of Alice's, and hers is none of the stranger's.
        var theirs = await Talk.SessionAsync(stranger);
        Assert.Equal(404, (await TestServer.SendAsync(stranger, HttpMethod.Get, Talk.Path(theirs.Id, $"runs/{run}"))).Status);
        var (_, items) = await TestServer.SendAsync(alice, HttpMethod.Get, Talk.Path(session.Id, "messages?limit=1"));
        Assert.Equal(400, (await TestServer.SendAsync(stranger, HttpMethod.Get, Talk.Path(theirs.Id, $"messages?after={items.GetProperty("data")[0].GetProperty("id").GetString()}"))).Status);
        Assert.Equal("requires_action", Talk.Status((await TestServer.SendAsync(alice, HttpMethod.Get, Talk.Path(session.Id, $"runs/{run}"))).Body));
    }

    [Fact]
    public async Task Is_a_programs_by_the_name_it_gives_its_users_and_never_a_persons()
    {
        await using var server = await TestServer.StartAsync(Talk.Script);
        using var alice = server.ClientOfPerson("alice", "default");
        var person = TestServer.PersonOf("alice");
        var first = await Talk.SessionAsync(server, """ "user_id":"customer-1" """);
        await Talk.SessionAsync(server, """ "user_id":"customer-2" """);
        await Talk.SessionAsync(server, $""" "user_id":"{person}" """);
        var (_, page) = await server.GetAsync("/api/v1/sessions?user_id=customer-1");
        Assert.Equal(first.Id, Assert.Single(page.GetProperty("data").EnumerateArray()).GetProperty("session_id").GetString());
        var agent = first.Body.GetProperty("agent_id").GetString();
        Assert.Single((await server.GetAsync($"/api/v1/sessions?agent_id={agent}")).Body.GetProperty("data").EnumerateArray());
        Assert.Equal(3, (await server.GetAsync("/api/v1/sessions")).Body.GetProperty("data").GetArrayLength());
        // That a program names a person gives the person nothing: the session stays the program's.
        Assert.Empty((await TestServer.SendAsync(alice, HttpMethod.Get, "/api/v1/sessions")).Body.GetProperty("data").EnumerateArray());
    }

    [Fact]
    public async Task Is_not_opened_by_a_person()
    {
        await using var server = await TestServer.StartAsync(Talk.Script);
        using var alice = server.ClientOfPerson("alice");
        var agent = await Talk.AgentAsync(alice);
        var refused = TestServer.SendAsync(alice, HttpMethod.Post, "/api/v1/sessions", $$"""{"agent_id":"{{agent}}","user_id":"{{TestServer.PersonOf("bob")}}"}""");
        Assert.Equal((403, "not_your_user"), await Talk.RefusalAsync(refused));
        var (status, own) = await TestServer.SendAsync(alice, HttpMethod.Post, "/api/v1/sessions", $$"""{"agent_id":"{{agent}}","user_id":"{{TestServer.PersonOf("alice")}}"}""");
        Assert.Equal((201, TestServer.PersonOf("alice")), (status, own.GetProperty("user_id").GetString()));
    }

    [Fact]
    public async Task Is_as_far_away_as_what_a_token_was_not_granted()
    {
        await using var server = await TestServer.StartAsync(Talk.Script);
        using var alice = server.ClientOfPerson("alice");
        using var reader = server.ClientOfPerson("alice", scope: "assistants:read");
        using var clerk = server.ClientOfPerson("alice", scope: "tasks:read tasks:write approvals:decide");
        var session = await Talk.SessionAsync(alice);
        Assert.Equal(200, (await TestServer.SendAsync(reader, HttpMethod.Get, Talk.Path(session.Id))).Status);
        Assert.Equal((403, "insufficient_scope"), await Talk.RefusalAsync(TestServer.SendAsync(reader, HttpMethod.Post, Talk.Path(session.Id, "messages"), """{"message":"hello"}""")));
        Assert.Equal((403, "insufficient_scope"), await Talk.RefusalAsync(TestServer.SendAsync(reader, HttpMethod.Delete, Talk.Path(session.Id))));
        Assert.Equal((403, "insufficient_scope"), await Talk.RefusalAsync(TestServer.SendAsync(clerk, HttpMethod.Get, "/api/v1/sessions")));
    }
}
