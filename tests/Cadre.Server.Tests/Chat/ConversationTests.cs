using System.Text.Json;

namespace Cadre.Server.Tests.Chat;

public sealed class A_conversation
{
    private const string Script = """
        otherwise: builtin
        rules:
          - { when: { last_user: "^slow" }, then: { text: "This is slow, very slow indeed, and it goes on for quite some time.", chunk_size: 5, chunk_delay: 300ms } }
          - { when: { last_user: "^say" }, then: { text: "You said {{last_user}}." } }
        """;

    [Fact]
    public async Task Keeps_each_call_with_its_input_and_result()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = People.SignIn(server, "alice");
        var (_, answer) = await alice.SayAsync("Create a task called Buy groceries");
        var conversation = answer.GetProperty("conversation_id").GetString();
        var (_, shown) = await alice.GetAsync($"chat/conversations/{conversation}");
        Assert.Equal(("Create a task called Buy groceries", "completed"), (shown.GetProperty("title").GetString(), shown.GetProperty("status").GetString()));
        var messages = shown.GetProperty("messages");
        Assert.Equal(["user", "assistant"], messages.EnumerateArray().Select(message => message.GetProperty("role").GetString()));
        Assert.Equal(answer.GetProperty("message_id").GetString(), messages[1].GetProperty("id").GetString());
        Assert.Equal(answer.GetProperty("agent_response").GetString(), messages[1].GetProperty("content").GetString());
        Assert.Equal(answer.GetProperty("tool_calls").GetRawText(), messages[1].GetProperty("tool_calls").GetRawText());
    }

    [Fact]
    public async Task Goes_on_after_a_restart_of_the_server()
    {
        await using var server = await TestServer.StartAsync();
        string conversation;
        using (var alice = People.SignIn(server, "alice"))
            conversation = (await alice.SayAsync("Create a task called Milk")).Body.GetProperty("conversation_id").GetString()!;
        await server.RestartAsync();
        using var again = People.SignIn(server, "alice");
        var (status, answer) = await again.SayAsync("Mark Milk as done", conversation);
        Assert.Equal(200, status);
        Assert.Equal(["todo_list", "todo_complete"], answer.GetProperty("tool_calls").EnumerateArray().Select(call => call.GetProperty("tool_name").GetString()));
        Assert.Contains("Create a task called Milk", server.Simulator.Requests[^1].Body.GetRawText(), StringComparison.Ordinal);
        var (_, shown) = await again.GetAsync($"chat/conversations/{conversation}");
        Assert.Equal(4, shown.GetProperty("messages").GetArrayLength());
    }

    [Fact]
    public async Task Is_its_owners_alone()
    {
        await using var server = await TestServer.StartAsync(Script);
        using var alice = People.SignIn(server, "alice");
        var (_, answer) = await alice.SayAsync("say it");
        var (conversation, run) = (answer.GetProperty("conversation_id").GetString(), answer.GetProperty("run_id").GetString());
        using var bob = People.SignIn(server, "bob");
        using var carol = People.SignIn(server, "alice", "other");
        foreach (var stranger in new[] { bob, carol })
        {
            Assert.Equal(0, (await stranger.GetAsync("chat/conversations")).Body.GetProperty("data").GetArrayLength());
            foreach (var (method, path, body) in new[]
            {
                ("POST", "chat", $$"""{"message":"x","conversation_id":"{{conversation}}"}"""), ("GET", $"chat/conversations/{conversation}", null),
                ("PATCH", $"chat/conversations/{conversation}", """{"title":"mine"}"""), ("DELETE", $"chat/conversations/{conversation}", null),
                ("GET", $"chat/conversations/{conversation}/export", null), ("GET", $"chat/conversations/{conversation}/stream", null),
                ("GET", $"chat/conversations/{conversation}/stream?run={run}", null), ("POST", $"chat/conversations/{conversation}/cancel", null),
                ("POST", $"chat/conversations/{conversation}/resume", null), ("GET", $"chat/conversations/{conversation}/approvals", null),
                ("POST", $"chat/conversations/{conversation}/approvals/call_1", """{"decision":"approve","hash":"h"}"""),
            })
            {
                var (status, refused) = await stranger.SendAsync(new(method), path, body);
                var (absent, nothing) = await stranger.SendAsync(new(method), path.Replace(conversation!, "conv_none", StringComparison.Ordinal), body?.Replace(conversation!, "conv_none", StringComparison.Ordinal));
                Assert.Equal((path, 404, 404), (path, status, absent));
                Assert.Equal(nothing.GetRawText().Replace("conv_none", conversation, StringComparison.Ordinal), refused.GetRawText());
            }

            Assert.Equal(400, (await stranger.GetAsync($"chat/conversations?after={conversation}")).Status);
        }

        // A run of another conversation is no run of this one.
        var (_, second) = await alice.SayAsync("say more");
        Assert.Equal(404, (await alice.GetAsync($"chat/conversations/{second.GetProperty("conversation_id").GetString()}/stream?run={run}")).Status);
        Assert.Equal(200, (await alice.GetAsync($"chat/conversations/{conversation}")).Status);
    }

    [Fact]
    public async Task Is_listed_by_its_newest_message_renamed_found_and_deleted()
    {
        await using var server = await TestServer.StartAsync(Script);
        using var alice = People.SignIn(server, "alice");
        var ids = new List<string>();
        foreach (var word in new[] { "one", "two", "three" }) ids.Add((await alice.SayAsync($"say {word}")).Body.GetProperty("conversation_id").GetString()!);
        await alice.SayAsync("say one again", ids[0]);
        Assert.Equal([ids[0], ids[2], ids[1]], await ListAsync("chat/conversations"));
        var (_, page) = await alice.GetAsync("chat/conversations?limit=2");
        Assert.True(page.GetProperty("has_more").GetBoolean());
        Assert.Equal([ids[1]], await ListAsync($"chat/conversations?limit=2&after={ids[2]}"));
        Assert.Equal([ids[1], ids[2], ids[0]], await ListAsync("chat/conversations?order=asc"));

        Assert.Equal(200, (await alice.SendAsync(HttpMethod.Patch, $"chat/conversations/{ids[1]}", """{"title":"The Second"}""")).Status);
        Assert.Equal([ids[1]], await ListAsync("chat/conversations?q=second"));
        Assert.Equal(204, (await alice.SendAsync(HttpMethod.Delete, $"chat/conversations/{ids[1]}")).Status);
        Assert.Equal(404, (await alice.GetAsync($"chat/conversations/{ids[1]}")).Status);
        Assert.Equal([ids[0], ids[2]], await ListAsync("chat/conversations"));

        async Task<IEnumerable<string?>> ListAsync(string path) =>
            (await alice.GetAsync(path)).Body.GetProperty("data").EnumerateArray().Select(conversation => conversation.GetProperty("id").GetString()).ToList();
    }

    [Fact]
    public async Task Takes_one_message_at_a_time()
    {
        await using var server = await TestServer.StartAsync(Script);
        using var alice = People.SignIn(server, "alice");
        var conversation = (await alice.SayAsync("say hello")).Body.GetProperty("conversation_id").GetString();
        using var first = await alice.StreamAsync(HttpMethod.Post, "chat", $$"""{"message":"slow one","conversation_id":"{{conversation}}","stream":true}""");
        await first.UntilAsync("text.delta");
        using var request = new HttpRequestMessage(HttpMethod.Post, "chat") { Content = new StringContent($$"""{"message":"say now","conversation_id":"{{conversation}}"}""") };
        using var second = await alice.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(409, (int)second.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), second.Headers.RetryAfter!.Delta);
        Assert.Contains("conversation_busy", await second.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);

        // Stopped: what was said is kept, and the conversation goes on.
        var (_, stopped) = await alice.PostAsync($"chat/conversations/{conversation}/cancel");
        Assert.Equal("cancelled", stopped.GetProperty("status").GetString());
        await first.ToEndAsync();
        Assert.Equal("done", first.Seen[^1].Name);
        Assert.Equal(first.Text, stopped.GetProperty("agent_response").GetString());
        Assert.StartsWith("This", first.Text, StringComparison.Ordinal);
        var (_, shown) = await alice.GetAsync($"chat/conversations/{conversation}");
        var last = shown.GetProperty("messages")[3];
        Assert.Equal((first.Text, true), (last.GetProperty("content").GetString(), last.GetProperty("incomplete").GetBoolean()));
        Assert.Equal(4, shown.GetProperty("messages").GetArrayLength());
        Assert.Equal(200, (await alice.SayAsync("say more", conversation)).Status);
    }

    [Fact]
    public async Task Is_exported_whole_in_both_formats()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = People.SignIn(server, "alice");
        var conversation = (await alice.SayAsync("Create a task called Eat `nothing`")).Body.GetProperty("conversation_id").GetString();
        var markdown = await alice.Http.GetStringAsync($"chat/conversations/{conversation}/export?format=markdown", TestContext.Current.CancellationToken);
        Assert.StartsWith("# Create a task called", markdown, StringComparison.Ordinal);
        Assert.Contains("\"tool_name\": \"todo_create\"", markdown, StringComparison.Ordinal);
        Assert.Contains("## You, ", markdown, StringComparison.Ordinal);
        var (_, json) = await alice.GetAsync($"chat/conversations/{conversation}/export");
        var (_, shown) = await alice.GetAsync($"chat/conversations/{conversation}");
        Assert.Equal(shown.GetProperty("messages").GetRawText(), json.GetProperty("messages").GetRawText());
        Assert.Equal(400, (await alice.GetAsync($"chat/conversations/{conversation}/export?format=pdf")).Status);
    }

    [Fact]
    public async Task Of_two_hundred_messages_is_read_and_answered_whole()
    {
        await using var server = await TestServer.StartAsync(Script);
        using var alice = People.SignIn(server, "alice");
        string? conversation = null;
        for (var i = 0; i < 100; i++) conversation = (await alice.SayAsync($"say {i}", conversation)).Body.GetProperty("conversation_id").GetString();
        var sent = server.Simulator.Requests[^1].Body.GetRawText();
        Assert.Contains("say 0", sent, StringComparison.Ordinal);
        Assert.Contains("You said say 98.", sent, StringComparison.Ordinal);
        var (_, shown) = await alice.GetAsync($"chat/conversations/{conversation}?limit=30");
        Assert.Equal(30, shown.GetProperty("messages").GetArrayLength());
        Assert.True(shown.GetProperty("has_more").GetBoolean());
        var before = shown.GetProperty("messages")[0].GetProperty("id").GetString();
        var (_, earlier) = await alice.GetAsync($"chat/conversations/{conversation}?limit=1000&before={before}");
        Assert.Equal(170, earlier.GetProperty("messages").GetArrayLength());
        Assert.Equal("say 0", earlier.GetProperty("messages")[0].GetProperty("content").GetString());
    }
}
