using Cadre.Engine.Runs;
using Cadre.Server.Runs;
using Cadre.Server.Threads;
using Cadre.Storage.Documents;

namespace Cadre.Server.Tests.Chat;

public sealed class A_start_of_a_run
{
    [Fact]
    public async Task Is_refused_when_something_was_said_since_its_thread_was_read()
    {
        await using var server = await TestServer.StartAsync("rules: [ { then: { text: Ready. } } ]");
        using var alice = People.SignIn(server, "alice");
        var thread = (await alice.SayAsync("hello")).Body.GetProperty("conversation_id").GetString()!["conv_".Length..];
        var (context, scope) = (server.Server.Context, new Scope("acme", TestServer.PersonOf("alice")));
        var items = new List<ThreadItem>();
        await foreach (var item in context.Threads.ReadAsync(scope, thread, TestContext.Current.CancellationToken)) items.Add(item);

        // Another request adds a message by another face.
        Assert.Equal(200, (await TestServer.SendAsync(alice.Http, HttpMethod.Post, $"/v1/threads/thread_{thread}/messages", """{"role":"user","content":"and one more thing"}""")).Status);
        var definition = new RunDefinition(new AgentSpec("a", "m", "", []), new("acme", TestServer.PersonOf("alice"))) { Thread = thread };
        var order = new RunOrder(context.Ids.NewRun(), definition, ThreadHistory.Messages(items)) { End = new(scope, items[^1].Id) };
        Assert.IsType<RunStart.ThreadChanged>(await context.Runs.StartAsync(order, TestContext.Current.CancellationToken));
        Assert.Null(await context.Runs.LoadAsync(scope, order.Run, TestContext.Current.CancellationToken));

        // The chat reads it anew, and misses nothing.
        Assert.Equal(200, (await alice.SayAsync("so?", $"conv_{thread}")).Status);
        Assert.Contains("and one more thing", server.Simulator.Requests[^1].Body.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_a_new_conversation_needs_nothing_of_others()
    {
        await using var server = await TestServer.StartAsync("rules: [ { then: { text: Ready., delay: 200ms } } ]");
        using var alice = People.SignIn(server, "alice");
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => alice.SayAsync($"message {i}")));
        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        Assert.Equal(12, answers.Select(answer => answer.Body.GetProperty("conversation_id").GetString()).Distinct().Count());

        // Two at the same time to one conversation: one is answered, the other is told so, and nothing is lost or doubled.
        var conversation = answers[0].Body.GetProperty("conversation_id").GetString()!;
        var both = await Task.WhenAll(alice.SayAsync("first", conversation), alice.SayAsync("second", conversation));
        Assert.Equal([200, 409], both.Select(answer => answer.Status).Order());
        Assert.Equal(4, (await alice.GetAsync($"chat/conversations/{conversation}")).Body.GetProperty("messages").GetArrayLength());
    }
}
