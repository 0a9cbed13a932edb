namespace Cadre.Server.Tests.Assistants;

public sealed class A_thread
{
    [Fact]
    public async Task Is_created_with_messages_read_changed_listed_and_deleted()
    {
        await using var server = await TestServer.StartAsync();
        var id = await server.NewThreadAsync("one", "two");
        var (_, read) = await server.GetAsync($"threads/{id}");
        Assert.Equal(("thread", "{}", "{}"), (read.Text("object"), read.GetProperty("metadata").ToString(), read.GetProperty("tool_resources").ToString()));
        var store = (await server.PostAsync("vector_stores")).Body.Text("id");
        var (_, changed) = await server.PostAsync($"threads/{id}", $$"""{"metadata":{"user":"u1"},"tool_resources":{"file_search":{"vector_store_ids":["{{store}}"]} } }""");
        Assert.Equal(("u1", store), (changed.GetProperty("metadata").Text("user"), changed.GetProperty("tool_resources").GetProperty("file_search").GetProperty("vector_store_ids")[0].GetString()));
        Assert.Equal(["one", "two"], await server.TextsAsync(id));
        Assert.Equal([id], (await server.GetAsync("threads")).Body.Ids());

        Assert.Equal("thread.deleted", (await server.DeleteAsync($"threads/{id}")).Body.Text("object"));
        var (status, gone) = await server.GetAsync($"threads/{id}/messages");
        Assert.Equal((404, $"No thread found with id '{id}'."), (status, gone.Error()));
    }

    [Fact]
    public async Task Lists_its_messages_page_by_page()
    {
        await using var server = await TestServer.StartAsync();
        var thread = await server.NewThreadAsync("1", "2", "3", "4", "5");
        var (_, all) = await server.GetAsync($"threads/{thread}/messages?order=asc");
        var ids = all.Ids().ToList();
        var (_, page) = await server.GetAsync($"threads/{thread}/messages?limit=2");
        Assert.Equal([ids[4], ids[3]], page.Ids());
        Assert.True(page.GetProperty("has_more").GetBoolean());
        Assert.Equal([ids[2], ids[1], ids[0]], (await server.GetAsync($"threads/{thread}/messages?after={ids[3]}")).Body.Ids());
        var (_, before) = await server.GetAsync($"threads/{thread}/messages?limit=2&before={ids[0]}");
        Assert.Equal([ids[2], ids[1]], before.Ids());
        Assert.True(before.GetProperty("has_more").GetBoolean());
        var (_, last) = await server.GetAsync($"threads/{thread}/messages?limit=3&order=asc&after={ids[1]}");
        Assert.Equal((false, 3), (last.GetProperty("has_more").GetBoolean(), last.GetProperty("data").GetArrayLength()));
    }

    [Fact]
    public async Task Takes_content_of_all_kinds()
    {
        await using var server = await TestServer.StartAsync();
        var thread = await server.NewThreadAsync();
        var (one, two) = (await UploadAsync(server), await UploadAsync(server));
        var (status, made) = await server.PostAsync($"threads/{thread}/messages", $$"""
            {"role":"user","content":[{"type":"text","text":"look"},{"type":"image_file","image_file":{"file_id":"{{one}}","detail":"low"} },
             {"type":"image_url","image_url":{"url":"https://example.org/a.png"} }],
             "attachments":[{"file_id":"{{one}}","tools":[{"type":"file_search"}]}],"file_ids":["{{two}}"],"metadata":{"k":"v"} }
            """);
        Assert.Equal((200, "completed"), (status, made.Text("status")));
        Assert.Equal("""[{"type":"text","text":{"value":"look","annotations":[]}},{"type":"image_file","image_file":{"file_id":"ONE","detail":"low"}},{"type":"image_url","image_url":{"url":"https://example.org/a.png","detail":"auto"}}]""".Replace("ONE", one, StringComparison.Ordinal),
            made.GetProperty("content").ToString());
        Assert.Equal($$"""[{"file_id":"{{one}}","tools":[{"type":"file_search"}]},{"file_id":"{{two}}","tools":[{"type":"file_search"},{"type":"code_interpreter"}]}]""",
            made.GetProperty("attachments").ToString());

        var resources = (await server.GetAsync($"threads/{thread}")).Body.GetProperty("tool_resources");
        Assert.Equal(two, resources.GetProperty("code_interpreter").GetProperty("file_ids")[0].GetString());
        var store = resources.GetProperty("file_search").GetProperty("vector_store_ids")[0].GetString();
        Assert.Equal(2, (await server.GetAsync($"vector_stores/{store}")).Body.GetProperty("file_counts").GetProperty("total").GetInt32());

        var id = made.Text("id");
        Assert.Equal(made.ToString(), (await server.GetAsync($"threads/{thread}/messages/{id}")).Body.ToString());
        var (_, changed) = await server.PostAsync($"threads/{thread}/messages/{id}", """{"metadata":{"k":"w"}}""");
        Assert.Equal("w", changed.GetProperty("metadata").Text("k"));
        Assert.Equal("thread.message.deleted", (await server.DeleteAsync($"threads/{thread}/messages/{id}")).Body.Text("object"));
        Assert.Empty(await server.TextsAsync(thread));
    }

    [Fact]
    public async Task Refuses_messages_and_runs_while_a_run_is_active()
    {
        await using var server = await TestServer.StartAsync(Assistance.Script);
        var assistant = await server.NewWeatherAssistantAsync();
        var thread = await server.NewThreadAsync("How is the weather?");
        var run = await server.NewRunAsync(thread, assistant);
        await server.PollAsync(thread, run);

        var (messageStatus, message) = await server.PostAsync($"threads/{thread}/messages", """{"role":"user","content":"more"}""");
        Assert.Equal((400, $"Can't add messages to {thread} while a run {run} is active."), (messageStatus, message.Error()));
        var (runStatus, second) = await server.PostAsync($"threads/{thread}/runs", $$"""{"assistant_id":"{{assistant}}"}""");
        Assert.Equal((400, $"Thread {thread} already has an active run {run}."), (runStatus, second.Error()));

        await server.PostAsync($"threads/{thread}/runs/{run}/cancel");
        Assert.Equal("cancelled", (await server.PollAsync(thread, run)).Text("status"));
        Assert.Equal(200, (await server.PostAsync($"threads/{thread}/messages", """{"role":"user","content":"more"}""")).Status);
    }

    [Fact]
    public async Task Is_deleted_with_its_active_run()
    {
        await using var server = await TestServer.StartAsync(Assistance.Script);
        var assistant = await server.NewWeatherAssistantAsync();
        var thread = await server.NewThreadAsync("How is the weather?");
        var run = await server.NewRunAsync(thread, assistant);
        await server.PollAsync(thread, run);
        Assert.Equal(200, (await server.DeleteAsync($"threads/{thread}")).Status);
        Assert.Equal(404, (await server.GetAsync($"threads/{thread}/runs/{run}")).Status);
    }

    [Fact]
    public async Task Gets_the_vector_store_that_it_describes()
    {
        await using var server = await TestServer.StartAsync();
        var file = await UploadAsync(server);
        var (status, thread) = await server.PostAsync("threads", $$"""{"tool_resources":{"file_search":{"vector_stores":[{"file_ids":["{{file}}"]}]} } }""");
        Assert.Equal(200, status);
        var search = thread.GetProperty("tool_resources").GetProperty("file_search");
        Assert.False(search.TryGetProperty("vector_stores", out _));
        Assert.Equal(200, (await server.GetAsync($"vector_stores/{search.GetProperty("vector_store_ids")[0].GetString()}/files/{file}")).Status);
    }

    private static async Task<string> UploadAsync(TestServer server) =>
        (await Files.FileForms.SendAsync(server.Http, "a.txt", "hello"u8.ToArray(), "assistants")).Body.Text("id");
}
