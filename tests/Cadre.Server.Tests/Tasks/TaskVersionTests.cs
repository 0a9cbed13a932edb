using System.Text.Json;
using Cadre.Engine.Tools;
using Cadre.Storage.Documents;

namespace Cadre.Server.Tests.Tasks;

public sealed class A_version_of_a_task
{
    [Fact]
    public async Task Keeps_a_stale_change_from_being_made()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = new Person(server, "alice");
        var path = $"tasks/{(await alice.CreateAsync("One")).GetProperty("id").GetString()}";
        var (_, _, changed) = await alice.SendAsync(HttpMethod.Patch, path, """{"title":"Two"}""", ifMatch: "\"1\"");
        Assert.Equal("\"2\"", changed.Headers.ETag?.Tag);
        foreach (var (method, at, json) in new[]
        {
            (HttpMethod.Patch, path, """{"title":"Stale"}"""), (HttpMethod.Put, path, """{"title":"Stale"}"""), (HttpMethod.Delete, path, null), (HttpMethod.Post, path + "/complete", null),
            (HttpMethod.Post, path + "/reopen", null), (HttpMethod.Patch, path, "{}"),
        })
        {
            foreach (var stale in new[] { "\"1\"", "\"3\"", "W/\"2\"", "\"1\", \"7\"" })
            {
                var (status, body, _) = await alice.SendAsync(method, at, json, ifMatch: stale);
                Assert.Equal((412, "task_changed"), (status, body.GetProperty("code").GetString()));
            }

            Assert.Equal(400, (await alice.SendAsync(method, at, json, ifMatch: "2")).Status);
        }

        Assert.Equal(["Two"], await alice.TitlesAsync());
        Assert.Equal(200, (await alice.SendAsync(HttpMethod.Patch, path, """{"title":"Three"}""", ifMatch: "\"9\", \"2\"")).Status);
        Assert.Equal(200, (await alice.SendAsync(HttpMethod.Patch, path, """{"title":"Four"}""", ifMatch: "*")).Status);
        Assert.Equal(204, (await alice.SendAsync(HttpMethod.Delete, path, ifMatch: "\"4\"")).Status);
        Assert.Equal(404, (await alice.SendAsync(HttpMethod.Delete, path, ifMatch: "\"4\"")).Status);
    }

    [Fact]
    public async Task Is_not_sent_again_to_who_has_it()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = new Person(server, "alice");
        var path = $"tasks/{(await alice.CreateAsync("One")).GetProperty("id").GetString()}";
        foreach (var (known, expected) in new[] { ("\"1\"", 304), ("W/\"1\"", 304), ("*", 304), ("\"0\", \"1\"", 304), ("\"2\"", 200), ("nonsense", 200) })
        {
            var (status, _, answer) = await alice.SendAsync(HttpMethod.Get, path, ifNoneMatch: known);
            Assert.Equal((expected, "\"1\""), (status, answer.Headers.ETag?.Tag));
        }

        await alice.SendAsync(HttpMethod.Patch, path, """{"title":"Two"}""");
        Assert.Equal(200, (await alice.SendAsync(HttpMethod.Get, path, ifNoneMatch: "\"1\"")).Status);
    }

    [Fact]
    public async Task Lets_one_of_many_changes_at_once_win()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = new Person(server, "alice");
        var path = $"tasks/{(await alice.CreateAsync("One")).GetProperty("id").GetString()}";
        for (var round = 1; round <= 10; round++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => alice.SendAsync(HttpMethod.Patch, path, $$"""{"title":"{{round}}.{{i}}"}""", ifMatch: $"\"{round}\"")));
            var winner = Assert.Single(answers, answer => answer.Status == 200);
            Assert.Equal(7, answers.Count(answer => answer.Status == 412));
            Assert.Equal(winner.Body.GetRawText(), (await alice.GetAsync(path)).GetRawText());
        }

        // Without a condition all are made, one on the other.
        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => alice.SendAsync(HttpMethod.Patch, path, $$"""{"tags":["{{i}}"]}""")));
        Assert.All(all, answer => Assert.Equal(200, answer.Status));
        Assert.Equal(19, (await alice.GetAsync(path)).GetProperty("version").GetInt32());
    }

    /// <summary>What a tool decided is refused by the store when a request was faster, and the other way round.</summary>
    [Theory]
    [InlineData("todo_update", ""","title":"By the tool" """), InlineData("todo_complete", ""), InlineData("todo_delete", "")]
    public async Task Decides_between_a_tool_and_a_request(string name, string more)
    {
        await using var server = await TestServer.StartAsync();
        using var alice = new Person(server, "alice");
        var (context, cancellation) = (server.Server.Context, TestContext.Current.CancellationToken);
        var id = (await alice.CreateAsync("One")).GetProperty("id").GetString();
        var call = new ToolCall(context.Ids.NewRun(), "call", "key", JsonElement.Parse($$"""{"task_id":"{{id}}"{{more}}}"""), new("acme", TestServer.PersonOf("alice")));
        var tool = context.Platform.Find(name)!;
        var decided = await tool.CallAsync(call, cancellation);
        Assert.Equal("One", (await alice.GetAsync($"tasks/{id}")).GetProperty("title").GetString());
        Assert.Equal(200, (await alice.SendAsync(HttpMethod.Patch, $"tasks/{id}", """{"description":"by the request"}""", ifMatch: "\"1\"")).Status);
        Assert.False((await CommitAsync(decided)).Won);

        var again = await tool.CallAsync(call, cancellation);
        Assert.True((await CommitAsync(again)).Won);
        Assert.Equal(name == "todo_delete" ? 404 : 412, (await alice.SendAsync(HttpMethod.Patch, $"tasks/{id}", """{"title":"stale"}""", ifMatch: "\"2\"")).Status);
        if (name != "todo_delete") Assert.Equal("by the request", (await alice.GetAsync($"tasks/{id}")).GetProperty("description").GetString());

        ValueTask<Committed> CommitAsync(ToolResult result) => context.Store.CommitAsync(Assert.IsType<JointChanges>(result.Pending).Changes, cancellation);
    }
}
