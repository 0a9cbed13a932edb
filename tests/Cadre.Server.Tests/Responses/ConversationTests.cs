using System.Text.Json;

namespace Cadre.Server.Tests.Responses;

public sealed class A_conversation
{
    private const string Script = """
        rules:
          - when: { any_text: "name is Ada", last_user: "Who am I" }
            then: { text: "You are Ada." }
          - then: { text: "I see." }
        """;

    [Fact]
    public async Task Is_created_read_changed_and_deleted()
    {
        await using var server = await TestServer.StartAsync(Script);
        var (status, created) = await server.PostAsync("conversations", """{"metadata":{"a":"b"},"items":[{"type":"message","role":"user","content":"My name is Ada."}]}""");
        Assert.Equal((200, "conversation"), (status, created.GetProperty("object").GetString()));
        var id = created.GetProperty("id").GetString();

        Assert.Equal(created.GetRawText(), (await server.GetAsync($"conversations/{id}")).Body.GetRawText());
        var (_, changed) = await server.PostAsync($"conversations/{id}", """{"metadata":{"c":"d"}}""");
        Assert.Equal("d", Assert.Single(changed.GetProperty("metadata").EnumerateObject()).Value.GetString());
        Assert.Equal("conversation.deleted", (await server.DeleteAsync($"conversations/{id}")).Body.GetProperty("object").GetString());
        var (gone, error) = await server.GetAsync($"conversations/{id}");
        Assert.Equal((404, $"Conversation with id '{id}' not found."), (gone, error.GetProperty("error").GetProperty("message").GetString()));
    }

    [Fact]
    public async Task Is_continued_by_responses_that_add_to_it()
    {
        await using var server = await TestServer.StartAsync(Script);
        var (_, created) = await server.PostAsync("conversations", """{"items":[{"role":"user","content":"My name is Ada."}]}""");
        var id = created.GetProperty("id").GetString();
        var (_, response) = await server.PostAsync("responses", $$"""{"model":"m","conversation":{"id":"{{id}}"},"input":"Who am I?"}""");

        Assert.Equal("You are Ada.", response.GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString());
        Assert.Equal(id, response.GetProperty("conversation").GetProperty("id").GetString());
        var (_, list) = await server.GetAsync($"conversations/{id}/items?order=asc");
        Assert.Equal(["user", "user", "assistant"], list.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("role").GetString()));
        Assert.Equal(response.GetProperty("output")[0].GetRawText(), list.GetProperty("data")[2].GetRawText());
    }

    [Fact]
    public async Task Keeps_items_of_every_type_as_they_came()
    {
        await using var server = await TestServer.StartAsync(Script);
        var (_, created) = await server.PostAsync("conversations");
        var id = created.GetProperty("id").GetString();
        var (status, added) = await server.PostAsync($"conversations/{id}/items", """
            {"items":[
              {"type":"message","role":"system","content":[{"type":"input_text","text":"Be brief."}]},
              {"type":"message","role":"user","content":[{"type":"input_image","image_url":"https://example.org/a.png","detail":"low"}]},
              {"type":"hologram_call","glow":{"deep":[1,2]},"status":"completed"},
              {"type":"reasoning","id":"rs_from_elsewhere","summary":[{"type":"summary_text","text":"Hm."}]},
              {"type":"function_call","call_id":"c1","name":"f","arguments":"{}"},
              {"type":"function_call_output","call_id":"c1","output":[{"type":"input_text","text":"done"}]}]}
            """);
        Assert.Equal(200, status);
        var items = added.GetProperty("data").EnumerateArray().ToList();
        Assert.Equal(["message", "message", "hologram_call", "reasoning", "function_call", "function_call_output"], items.Select(item => item.GetProperty("type").GetString()));
        Assert.Equal("system", items[0].GetProperty("role").GetString());
        Assert.Equal("""{"deep":[1,2]}""", items[2].GetProperty("glow").GetRawText());
        Assert.Equal("Hm.", items[3].GetProperty("summary")[0].GetProperty("text").GetString());
        Assert.Equal("done", items[5].GetProperty("output")[0].GetProperty("text").GetString());
        foreach (var item in items)
            Assert.Equal(item.GetRawText(), (await server.GetAsync($"conversations/{id}/items/{item.GetProperty("id").GetString()}")).Body.GetRawText());
    }

    [Fact]
    public async Task Is_paged_and_loses_an_item_that_is_deleted()
    {
        await using var server = await TestServer.StartAsync(Script);
        var (_, created) = await server.PostAsync("conversations", """{"items":[{"role":"user","content":"1"},{"role":"user","content":"2"},{"role":"user","content":"3"}]}""");
        var id = created.GetProperty("id").GetString();
        var (_, first) = await server.GetAsync($"conversations/{id}/items?limit=2");
        Assert.Equal(["3", "2"], Texts(first));
        Assert.True(first.GetProperty("has_more").GetBoolean());
        var (_, second) = await server.GetAsync($"conversations/{id}/items?limit=2&after={first.GetProperty("last_id").GetString()}");
        Assert.Equal(["1"], Texts(second));
        Assert.False(second.GetProperty("has_more").GetBoolean());

        var (status, conversation) = await server.DeleteAsync($"conversations/{id}/items/{first.GetProperty("first_id").GetString()}");
        Assert.Equal((200, id), (status, conversation.GetProperty("id").GetString()));
        Assert.Equal(["2", "1"], Texts((await server.GetAsync($"conversations/{id}/items")).Body));
        var (missing, error) = await server.GetAsync($"conversations/{id}/items/{first.GetProperty("first_id").GetString()}");
        Assert.Equal((404, $"Item with id '{first.GetProperty("first_id").GetString()}' not found."), (missing, error.GetProperty("error").GetProperty("message").GetString()));
    }

    [Fact]
    public async Task Of_another_organisation_is_not_there()
    {
        await using var server = await TestServer.StartAsync(Script);
        var (_, created) = await server.PostAsync("conversations", """{"items":[{"role":"user","content":"1"}]}""");
        var id = created.GetProperty("id").GetString();
        using var other = await server.OtherOrganisationAsync();
        Assert.Equal(404, (await TestServer.SendAsync(other, HttpMethod.Get, $"conversations/{id}")).Status);
        Assert.Equal(404, (await TestServer.SendAsync(other, HttpMethod.Get, $"conversations/{id}/items")).Status);
        Assert.Equal(404, (await TestServer.SendAsync(other, HttpMethod.Post, "responses", $$"""{"model":"m","input":"x","conversation":"{{id}}"}""")).Status);
        Assert.Equal(404, (await TestServer.SendAsync(other, HttpMethod.Delete, $"conversations/{id}")).Status);
    }

    private static string[] Texts(JsonElement list) => [.. list.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("content")[0].GetProperty("text").GetString()!)];
}
