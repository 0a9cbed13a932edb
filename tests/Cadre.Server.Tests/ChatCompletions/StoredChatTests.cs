using System.Text.Json;

namespace Cadre.Server.Tests.ChatCompletions;

public sealed class A_stored_completion
{
    private const string Body = """{"model":"m","store":true,"metadata":{"project":"a"},"messages":[{"role":"system","content":"Be kind."},{"role":"user","content":"Hello"}]}""";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Can_be_read_as_soon_as_it_was_answered(bool streams)
    {
        await using var server = await TestServer.StartAsync("rules: [{ then: { text: Hello to you., chunk_size: 3 } }]");
        var (id, text) = await AskAsync(server, streams);
        var (status, read) = await server.GetAsync($"chat/completions/{id}");
        Assert.Equal(200, status);
        Assert.Equal(text, A_passed_through_completion.Text(read));
        Assert.Equal("chat.completion", read.GetProperty("object").GetString());
        Assert.Equal("a", read.GetProperty("metadata").GetProperty("project").GetString());
        var (_, messages) = await server.GetAsync($"chat/completions/{id}/messages?limit=1&order=desc");
        Assert.Equal("Hello", messages.GetProperty("data")[0].GetProperty("content").GetString());
        Assert.True(messages.GetProperty("has_more").GetBoolean());
    }

    [Fact]
    public async Task Is_listed_changed_and_deleted()
    {
        await using var server = await TestServer.StartAsync("rules: [{ then: { text: Hello. } }]");
        var (first, _) = await AskAsync(server, streams: false);
        var (second, _) = await AskAsync(server, streams: false);
        Assert.Equal([first, second], Listed((await server.GetAsync("chat/completions")).Body));
        Assert.Equal([second], Listed((await server.GetAsync($"chat/completions?after={first}")).Body));
        Assert.Equal(200, (await server.PostAsync($"chat/completions/{first}", """{"metadata":{"project":"b"}}""")).Status);
        Assert.Equal([first], Listed((await server.GetAsync("chat/completions?metadata[project]=b")).Body));
        Assert.True((await server.DeleteAsync($"chat/completions/{first}")).Body.GetProperty("deleted").GetBoolean());
        Assert.Equal(404, (await server.GetAsync($"chat/completions/{first}")).Status);
        Assert.Equal([second], Listed((await server.GetAsync("chat/completions")).Body));
    }

    [Fact]
    public async Task Is_none_without_being_asked_for()
    {
        await using var server = await TestServer.StartAsync();
        await server.PostAsync("chat/completions", Body.Replace("true", "false", StringComparison.Ordinal));
        Assert.Empty(Listed((await server.GetAsync("chat/completions")).Body));
    }

    private static async Task<(string Id, string Text)> AskAsync(TestServer server, bool streams)
    {
        if (!streams)
        {
            var (_, body) = await server.PostAsync("chat/completions", Body);
            return (body.GetProperty("id").GetString()!, A_passed_through_completion.Text(body));
        }

        var events = await A_passed_through_completion.ReadAsync(server.Http, new(server.Server.Address, "v1/chat/completions"), Body.Replace("\"store\"", "\"stream\":true,\"store\"", StringComparison.Ordinal));
        return (A_passed_through_completion.Chunks(events)[0].GetProperty("id").GetString()!, A_passed_through_completion.Deltas(events));
    }

    private static string[] Listed(JsonElement list) => [.. list.GetProperty("data").EnumerateArray().Select(item => item.GetProperty("id").GetString()!)];
}
