namespace Cadre.Server.Tests.Chat;

public sealed class A_streamed_answer
{
    private const string Script = """
        otherwise: fail
        rules:
          - when: { last_user: milk, tool_results: 0 }
            then: { text: "Let me see.", calls: [ { name: todo_create, arguments: { title: Milk } }, { name: todo_create, arguments: { title: Bread } } ], chunk_size: 4 }
          - { then: { text: "That is done, and here is a longer text about it.", chunk_size: 6 } }
        """;

    [Fact]
    public async Task Tells_all_that_happens_in_order_and_ends_once()
    {
        await using var server = await TestServer.StartAsync(Script);
        using var alice = People.SignIn(server, "alice");
        using var stream = await (await alice.StreamAsync(HttpMethod.Post, "chat", """{"message":"milk and bread","stream":true}""")).ToEndAsync();
        Assert.Equal(200, stream.Status);
        var names = stream.Names.Aggregate(new List<string>(), (list, name) =>
        {
            if (list.Count == 0 || list[^1] != name || name != "text.delta") list.Add(name);
            return list;
        });
        Assert.Equal("conversation", names[0]);
        Assert.Equal("text.delta", names[1]);
        Assert.Equal(["tool_call.completed", "tool_call.completed", "tool_call.started", "tool_call.started"], names[2..6].Order(StringComparer.Ordinal));
        Assert.Equal(["text.delta", "usage", "done"], names[6..]);
        Assert.Equal(stream.Last.GetProperty("agent_response").GetString(), stream.Text);
        Assert.Equal("Let me see.\n\nThat is done, and here is a longer text about it.", stream.Text);
        Assert.Equal(stream.Seen.Count, stream.Seen.Select(seen => seen.Id).Distinct().Count());
        Assert.All(stream.Last.GetProperty("tool_calls").EnumerateArray(), call => Assert.True(call.GetProperty("result").GetProperty("success").GetBoolean()));
        Assert.Equal(stream.Seen[0].Data.GetProperty("conversation_id").GetString(), stream.Last.GetProperty("conversation_id").GetString());
    }

    [Fact]
    public async Task Goes_on_after_any_of_its_events_with_the_rest()
    {
        await using var server = await TestServer.StartAsync(Script);
        using var alice = People.SignIn(server, "alice");
        using var stream = await (await alice.StreamAsync(HttpMethod.Post, "chat", """{"message":"milk and bread","stream":true}""")).ToEndAsync();
        var conversation = stream.Last.GetProperty("conversation_id").GetString();
        for (var i = 0; i < stream.Seen.Count - 1; i++)
        {
            using var rest = await (await alice.StreamAsync(HttpMethod.Get, $"chat/conversations/{conversation}/stream", lastEventId: stream.Seen[i].Id)).ToEndAsync();
            Assert.Equal(200, rest.Status);
            rest.Seen.InsertRange(0, stream.Seen.Take(i + 1));
            Assert.Equal(stream.Text, rest.Text);
            Assert.Equal(stream.Names.Where(name => name != "text.delta"), rest.Names.Where(name => name != "text.delta"));
            Assert.Equal(stream.Seen[^1].Id, rest.Seen[^1].Id);
        }

        using var whole = await (await alice.StreamAsync(HttpMethod.Get, $"chat/conversations/{conversation}/stream?run={stream.Last.GetProperty("run_id").GetString()}")).ToEndAsync();
        Assert.Equal(stream.Text, whole.Text);
        using var none = await alice.StreamAsync(HttpMethod.Get, $"chat/conversations/{conversation}/stream", lastEventId: stream.Seen[^1].Id);
        Assert.Equal(204, none.Status);
    }

    [Fact]
    public async Task Goes_on_without_its_reader_and_over_a_restart_of_the_server()
    {
        await using var server = await TestServer.StartAsync("""
            otherwise: fail
            rules: [ { then: { text: "A long story that is told slowly, and told again from its beginning after an interruption.", chunk_size: 6, chunk_delay: 60ms } } ]
            """);
        string conversation, left, text;
        using (var alice = People.SignIn(server, "alice"))
        {
            using (var stream = await alice.StreamAsync(HttpMethod.Post, "chat", """{"message":"tell me","stream":true}"""))
            {
                conversation = (await stream.UntilAsync("conversation")).Data.GetProperty("conversation_id").GetString()!;
                await stream.UntilAsync("text.delta");
            }

            using var second = await alice.StreamAsync(HttpMethod.Get, $"chat/conversations/{conversation}/stream");
            await second.UntilAsync("conversation");
            (left, text) = (second.Seen[^1].Id, second.Text);
            await server.RestartAsync();
        }

        using var later = People.SignIn(server, "alice");
        using var rest = await (await later.StreamAsync(HttpMethod.Get, $"chat/conversations/{conversation}/stream", lastEventId: left)).ToEndAsync();
        Assert.Equal("done", rest.Seen[^1].Name);
        Assert.Equal("A long story that is told slowly, and told again from its beginning after an interruption.", text + rest.Text);
        Assert.Equal("completed", rest.Last.GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("nonsense", 400)]
    [InlineData("a:b:c", 400)]
    [InlineData("01m7zbarac0qc86nq3:0:0", 404)]
    public async Task Is_not_resumed_from_what_is_no_event_of_it(string lastEventId, int status)
    {
        await using var server = await TestServer.StartAsync(Script);
        using var alice = People.SignIn(server, "alice");
        var (_, answer) = await alice.SayAsync("hello");
        var (conversation, run) = (answer.GetProperty("conversation_id").GetString(), answer.GetProperty("run_id").GetString()!["run_".Length..]);
        using var refused = await alice.StreamAsync(HttpMethod.Get, $"chat/conversations/{conversation}/stream", lastEventId: lastEventId);
        Assert.Equal(status, refused.Status);
        using var beyond = await alice.StreamAsync(HttpMethod.Get, $"chat/conversations/{conversation}/stream", lastEventId: $"{run}:99:0");
        Assert.Equal(400, beyond.Status);
    }
}
