using System.Net.ServerSentEvents;
using System.Text.Json;

namespace Cadre.Server.Tests.Tasks;

public sealed class A_stream_of_tasks
{
    [Fact]
    public async Task Tells_what_requests_and_chats_do_to_ones_own_tasks()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = new Person(server, "alice");
        using var bob = new Person(server, "bob");
        using var answer = await OpenAsync(alice);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        await using var events = SseParser.Create(await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken)).EnumerateAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.Equal("reset", (await NextAsync()).Type);

        await bob.CreateAsync("Bob's own");
        var said = await alice.SayAsync("Create a task called Buy groceries");
        var (created, data) = await NextAsync();
        Assert.Equal("task_created", created);
        var id = said.GetProperty("tool_calls")[0].GetProperty("result").GetProperty("task_id").GetString();
        Assert.Equal(id, data.GetProperty("task_id").GetString());
        Assert.Equal((await alice.GetAsync($"tasks/{id}")).GetRawText(), data.GetProperty("task").GetRawText());

        await alice.SayAsync("Mark buy groceries as done");
        (var updated, data) = await NextAsync();
        Assert.Equal(("task_updated", "completed"), (updated, data.GetProperty("task").GetProperty("status").GetString()));
        await bob.SayAsync("Create tasks called B one and B two");
        Assert.Equal(412, (await alice.SendAsync(HttpMethod.Delete, $"tasks/{id}", ifMatch: "\"1\"")).Status);
        await alice.SendAsync(HttpMethod.Delete, $"tasks/{id}");
        (var deleted, data) = await NextAsync();
        Assert.Equal(("task_deleted", id), (deleted, data.GetProperty("task_id").GetString()));
        Assert.False(data.TryGetProperty("task", out _));

        async Task<(string Type, JsonElement Data)> NextAsync()
        {
            Assert.True(await events.MoveNextAsync());
            return (events.Current.EventType, JsonElement.Parse(events.Current.Data));
        }
    }

    [Fact]
    public async Task Ends_with_the_server_and_is_one_of_few()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = new Person(server, "alice");
        var open = new List<HttpResponseMessage>();
        for (var i = 0; i < Cadre.Server.Tasks.TaskEvents.MaxStreams; i++) open.Add(await OpenAsync(alice));
        Assert.All(open, answer => Assert.Equal(200, (int)answer.StatusCode));
        await alice.GetAsync("tasks/events", 429);
        using var bob = new Person(server, "bob");
        using var other = await OpenAsync(bob);
        Assert.Equal(200, (int)other.StatusCode);

        await server.Server.StopAsync(TimeSpan.FromSeconds(30));
        foreach (var answer in open)
        {
            Assert.Contains("event: reset", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
            answer.Dispose();
        }
    }

    private static Task<HttpResponseMessage> OpenAsync(Person person) =>
        person.Http.GetAsync(new Uri("tasks/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
}
