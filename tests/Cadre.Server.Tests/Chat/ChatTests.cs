namespace Cadre.Server.Tests.Chat;

public sealed class A_chat_message
{
    [Fact]
    public async Task Is_answered_in_its_conversation()
    {
        await using var server = await TestServer.StartAsync("rules: [ { then: { text: 'You said {{last_user}}.' } } ]");
        using var alice = await People.SignInAsync(server, "user_alice");
        var (status, first) = await alice.SayAsync("hello");
        Assert.Equal(200, status);
        Assert.Equal("You said hello.", first.GetProperty("agent_response").GetString());
        Assert.Equal(0, first.GetProperty("tool_calls").GetArrayLength());
        Assert.Equal("completed", first.GetProperty("status").GetString());
        Assert.Equal(["conversation_id", "agent_response", "tool_calls"], first.EnumerateObject().Take(3).Select(member => member.Name));
        var conversation = first.GetProperty("conversation_id").GetString()!;
        Assert.StartsWith("conv_", conversation, StringComparison.Ordinal);

        var (_, second) = await alice.SayAsync("and more", conversation);
        Assert.Equal(conversation, second.GetProperty("conversation_id").GetString());
        var seen = server.Simulator.Requests[^1].Body.GetRawText();
        Assert.Contains("You said hello.", seen, StringComparison.Ordinal);
    }
}
