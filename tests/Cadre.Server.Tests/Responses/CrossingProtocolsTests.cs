using System.Text.Json;

namespace Cadre.Server.Tests.Responses;

public sealed class A_thread_of_several_protocols
{
    private const string Script = """
        rules:
          - when: { any_text: "name is Ada", last_user: "Who am I" }
            then: { text: "You are Ada." }
          - then: { text: "I see." }
        """;

    [Fact]
    public async Task That_assistants_began_is_continued_as_a_conversation()
    {
        await using var server = await TestServer.StartAsync(Script);
        var (_, thread) = await server.PostAsync("threads", """{"messages":[{"role":"user","content":"My name is Ada."}]}""");
        var id = Text(thread, "id");
        var conversation = $"conv_{id["thread_".Length..]}";
        Assert.Equal("input_text", Text((await server.GetAsync($"conversations/{conversation}/items")).Body.GetProperty("data")[0].GetProperty("content")[0], "type"));

        var (_, response) = await server.PostAsync("responses", $$"""{"model":"m","conversation":"{{conversation}}","input":"Who am I?"}""");
        Assert.Equal("You are Ada.", Text(response.GetProperty("output")[0].GetProperty("content")[0], "text"));
        var (_, messages) = await server.GetAsync($"threads/{id}/messages?order=asc");
        Assert.Equal(["My name is Ada.", "Who am I?", "You are Ada."],
            messages.GetProperty("data").EnumerateArray().Select(message => Text(message.GetProperty("content")[0].GetProperty("text"), "value")));
    }

    [Fact]
    public async Task Lets_a_response_work_as_an_assistant()
    {
        await using var server = await TestServer.StartAsync("""
            rules:
              - when: { instructions: "pirate", tool_offered: look }
                then: { text: "Arr." }
              - then: { text: "No." }
            """);
        var (_, assistant) = await server.PostAsync("assistants", """
            {"model":"m","instructions":"Talk like a pirate.","tools":[{"type":"function","function":{"name":"look","parameters":{"type":"object","properties":{}}}}]}
            """);
        var (status, response) = await server.PostAsync("responses", $$"""{"model":"{{Text(assistant, "id")}}","input":"hello"}""");
        Assert.Equal((200, "Arr."), (status, Text(response.GetProperty("output")[0].GetProperty("content")[0], "text")));
        Assert.Equal("look", Text(response.GetProperty("tools")[0], "name"));
        Assert.Equal(404, (await server.PostAsync("responses", """{"model":"asst_none","input":"hello"}""")).Status);
    }

    private static string Text(JsonElement element, string member) => element.GetProperty(member).GetString()!;
}
