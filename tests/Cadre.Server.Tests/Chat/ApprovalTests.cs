using Cadre.Guard.Policies;
using Cadre.Server.Hosting;

namespace Cadre.Server.Tests.Chat;

public sealed class A_chat_that_asks_first
{
    private const string Script = """
        otherwise: fail
        rules:
          - when: { last_user: both, tool_results: 0 }
            then: { text: "Two.", calls: [ { name: todo_create, arguments: { title: One } }, { name: todo_create, arguments: { title: Two } } ] }
          - { when: { last_user: milk, tool_results: 0 }, then: { text: "I would add it.", calls: [ { name: todo_create, arguments: { title: Milk } } ] } }
          - { then: { text: "Ready." } }
        """;

    [Fact]
    public async Task Answers_at_once_with_what_it_asks_and_goes_on_after_a_restart()
    {
        await using var server = await TestServer.StartAsync(Script, Asking);
        string conversation, path, hash;
        using (var alice = People.SignIn(server, "alice"))
        {
            var (status, answer) = await alice.SayAsync("milk");
            Assert.Equal((200, "requires_approval"), (status, answer.GetProperty("status").GetString()));
            var asked = Assert.Single(answer.GetProperty("approvals").EnumerateArray());
            Assert.Equal(("todo_create", "Milk"), (asked.GetProperty("tool_name").GetString(), asked.GetProperty("input").GetProperty("title").GetString()));
            conversation = answer.GetProperty("conversation_id").GetString()!;
            path = $"chat/conversations/{conversation}/approvals/{asked.GetProperty("call_id").GetString()}";
            hash = asked.GetProperty("hash").GetString()!;
            var (busy, refused) = await alice.SayAsync("and more", conversation);
            Assert.Equal((409, "approval_pending"), (busy, refused.GetProperty("code").GetString()));
        }

        await server.RestartAsync(Asking);
        using var again = People.SignIn(server, "alice");
        using var bob = People.SignIn(server, "bob");
        var (_, listed) = await again.GetAsync($"chat/conversations/{conversation}/approvals");
        Assert.Equal(hash, listed.GetProperty("data")[0].GetProperty("hash").GetString());
        Assert.Equal("requires_approval", (await again.GetAsync($"chat/conversations/{conversation}")).Body.GetProperty("status").GetString());
        Assert.Equal(404, (await bob.PostAsync(path, $$"""{"decision":"approve","hash":"{{hash}}"}""")).Status);
        Assert.Equal(409, (await again.PostAsync(path, """{"decision":"approve","hash":"another"}""")).Status);
        Assert.Equal(400, (await again.PostAsync(path, """{"decision":"maybe","hash":"x"}""")).Status);
        Assert.Equal(400, (await again.PostAsync(path, """{"decision":"approve"}""")).Status);
        Assert.Equal(0, (await again.GetAsync("tasks")).Body.GetProperty("data").GetArrayLength());

        var (approved, done) = await again.PostAsync(path, $$"""{"decision":"approve","hash":"{{hash}}","comment":"fine"}""");
        Assert.Equal((200, "completed"), (approved, done.GetProperty("status").GetString()));
        Assert.Equal("I would add it.\n\nReady.", done.GetProperty("agent_response").GetString());
        Assert.True(done.GetProperty("tool_calls")[0].GetProperty("result").GetProperty("success").GetBoolean());
        Assert.Equal(404, (await again.PostAsync(path, $$"""{"decision":"approve","hash":"{{hash}}"}""")).Status);
        Assert.Single((await again.GetAsync("tasks")).Body.GetProperty("data").EnumerateArray());
    }

    [Fact]
    public async Task Takes_a_denial_for_an_answer_and_asks_for_each_call()
    {
        await using var server = await TestServer.StartAsync(Script, Asking);
        using var alice = People.SignIn(server, "alice");
        using var stream = await (await alice.StreamAsync(HttpMethod.Post, "chat", """{"message":"both","stream":true}""")).ToEndAsync();
        Assert.Equal(["conversation", "text.delta", "approval.required", "approval.required", "done"], stream.Names);
        Assert.Equal("requires_approval", stream.Last.GetProperty("status").GetString());
        var conversation = stream.Last.GetProperty("conversation_id").GetString();
        var asked = stream.Last.GetProperty("approvals").EnumerateArray().ToArray();

        var (_, first) = await alice.PostAsync($"chat/conversations/{conversation}/approvals/{asked[0].GetProperty("call_id").GetString()}", $$"""{"decision":"deny","hash":"{{asked[0].GetProperty("hash").GetString()}}"}""");
        Assert.Equal("requires_approval", first.GetProperty("status").GetString());
        Assert.Single(first.GetProperty("approvals").EnumerateArray());
        using var rest = await (await alice.StreamAsync(HttpMethod.Post, $"chat/conversations/{conversation}/approvals/{asked[1].GetProperty("call_id").GetString()}",
            $$"""{"decision":"approve","hash":"{{asked[1].GetProperty("hash").GetString()}}","stream":true}""")).ToEndAsync();
        Assert.Equal("done", rest.Seen[^1].Name);
        var calls = rest.Last.GetProperty("tool_calls");
        Assert.Equal([false, true], calls.EnumerateArray().Select(call => call.GetProperty("result").GetProperty("success").GetBoolean()));

        // Who comes back to the first stream hears the rest of it.
        using var later = await (await alice.StreamAsync(HttpMethod.Get, $"chat/conversations/{conversation}/stream", lastEventId: stream.Seen[^1].Id)).ToEndAsync();
        Assert.Equal("completed", later.Last.GetProperty("status").GetString());
        Assert.Equal("Two.\n\nReady.", stream.Text + later.Text);
    }

    [Fact]
    public async Task Can_be_cancelled_while_it_waits()
    {
        await using var server = await TestServer.StartAsync(Script, Asking);
        using var alice = People.SignIn(server, "alice");
        var conversation = (await alice.SayAsync("milk")).Body.GetProperty("conversation_id").GetString();
        var (_, cancelled) = await alice.PostAsync($"chat/conversations/{conversation}/cancel");
        Assert.Equal(("cancelled", "I would add it."), (cancelled.GetProperty("status").GetString(), cancelled.GetProperty("agent_response").GetString()));
        Assert.False(cancelled.GetProperty("tool_calls")[0].GetProperty("result").GetProperty("success").GetBoolean());
        Assert.Equal(200, (await alice.SayAsync("hello", conversation)).Status);
    }

    /// <summary>The default policy, but for the tasks' tools.</summary>
    private static ServerParts Asking(ServerParts parts)
    {
        var folder = Path.Combine(parts.StateDirectory, "policies");
        DefaultPolicy.Write(folder);
        var tools = Path.Combine(folder, "tools.yaml");
        if (!File.ReadAllText(tools).Contains("name: tasks", StringComparison.Ordinal))
            File.WriteAllText(tools, File.ReadAllText(tools).Replace("\ntools:\n", "\ntools:\n  - { name: tasks, tool: todo_create, verdict: ask, because: \"Tasks are made with care here.\" }\n", StringComparison.Ordinal));
        Assert.True(PolicyStore.TryLoad(folder, allowNet: false, out var policies, out var errors), string.Join('\n', errors));
        return parts with { Policies = policies };
    }
}
