namespace Cadre.Server.Tests.Assistants;

public sealed class An_assistant
{
    [Fact]
    public async Task Is_created_read_changed_and_deleted()
    {
        await using var server = await TestServer.StartAsync();
        var file = (await Files.FileForms.SendAsync(server.Http, "a.txt", "hello"u8.ToArray(), "assistants")).Body.Text("id");
        var (status, made) = await server.PostAsync("assistants", $$"""
            {"model":"gpt-4-turbo","name":"Math","description":"d","instructions":"Count.","tools":[{"type":"code_interpreter"},{{Assistance.Weather}}],
             "tool_resources":{"code_interpreter":{"file_ids":["{{file}}"]} },"metadata":{"a":"b"},"temperature":0.5,"top_p":0.25,"unknown":true}
            """);
        Assert.Equal((200, "assistant"), (status, made.Text("object")));
        Assert.StartsWith("asst_", made.Text("id"), StringComparison.Ordinal);
        var (_, read) = await server.GetAsync($"assistants/{made.Text("id")}");
        Assert.Equal(made.ToString(), read.ToString());
        Assert.Equal(("code_interpreter", 0.5, "auto"), (read.GetProperty("tools")[0].Text("type"), read.GetProperty("temperature").GetDouble(), read.Text("response_format")));

        var (_, changed) = await server.PostAsync($"assistants/{made.Text("id")}", """{"name":null,"model":"gpt-4o"}""");
        Assert.Equal((true, "gpt-4o", "Count."), (changed.GetProperty("name").ValueKind == System.Text.Json.JsonValueKind.Null, changed.Text("model"), changed.Text("instructions")));

        var (_, gone) = await server.DeleteAsync($"assistants/{made.Text("id")}");
        Assert.Equal(("assistant.deleted", true), (gone.Text("object"), gone.GetProperty("deleted").GetBoolean()));
        Assert.Equal(404, (await server.GetAsync($"assistants/{made.Text("id")}")).Status);
    }

    [Fact]
    public async Task Keeps_version_1_tools_as_file_search()
    {
        await using var server = await TestServer.StartAsync();
        var (_, made) = await server.PostAsync("assistants", """{"model":"m","tools":[{"type":"retrieval"}]}""");
        Assert.Equal("""[{"type":"file_search"}]""", made.GetProperty("tools").ToString());
    }

    [Fact]
    public async Task Is_listed_page_by_page_in_both_orders()
    {
        await using var server = await TestServer.StartAsync();
        var ids = new List<string>();
        for (var i = 0; i < 5; i++) ids.Add(await server.NewAssistantAsync());

        var (_, first) = await server.GetAsync("assistants?limit=2");
        Assert.Equal([ids[4], ids[3]], first.Ids());
        Assert.Equal((ids[4], ids[3], true), (first.Text("first_id"), first.Text("last_id"), first.GetProperty("has_more").GetBoolean()));
        var (_, second) = await server.GetAsync($"assistants?limit=10&after={ids[3]}");
        Assert.Equal([ids[2], ids[1], ids[0]], second.Ids());
        Assert.False(second.GetProperty("has_more").GetBoolean());
        Assert.Equal([ids[0], ids[1]], (await server.GetAsync("assistants?limit=2&order=asc")).Body.Ids());
        Assert.Equal([ids[1], ids[2]], (await server.GetAsync($"assistants?order=asc&limit=2&before={ids[3]}")).Body.Ids());
        Assert.Equal([ids[3], ids[2], ids[1]], (await server.GetAsync($"assistants?after={ids[4]}&before={ids[0]}")).Body.Ids());
    }
}
