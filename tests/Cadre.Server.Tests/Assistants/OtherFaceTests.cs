namespace Cadre.Server.Tests.Assistants;

public sealed class A_thread_of_several_protocols
{
    [Fact]
    public async Task Shows_what_a_response_said_in_it_and_goes_on()
    {
        await using var server = await TestServer.StartAsync(Assistance.Script);
        var (status, conversation) = await server.PostAsync("conversations", """{"items":[{"type":"message","role":"developer","content":"Be brief."}]}""");
        Assert.Equal(200, status);
        var id = conversation.Text("id")["conv_".Length..];
        var (_, response) = await server.PostAsync("responses", $$"""{"model":"m","conversation":"conv_{{id}}","input":"Hello"}""");
        Assert.Equal("completed", response.Text("status"));
        Assert.Equal(["Hello", "You said: Hello"], await server.TextsAsync($"thread_{id}"));

        await server.PostAsync($"threads/thread_{id}/messages", """{"role":"user","content":"Again"}""");
        var run = await server.NewRunAsync($"thread_{id}", await server.NewAssistantAsync());
        Assert.Equal("completed", (await server.PollAsync($"thread_{id}", run)).Text("status"));
        Assert.Equal(["Hello", "You said: Hello", "Again", "You said: Again"], await server.TextsAsync($"thread_{id}"));
        var (_, runs) = await server.GetAsync($"threads/thread_{id}/runs");
        Assert.Equal(2, runs.GetProperty("data").GetArrayLength());
        var (_, items) = await server.GetAsync($"conversations/conv_{id}/items?order=asc");
        Assert.Equal(5, items.GetProperty("data").GetArrayLength());
    }
}
