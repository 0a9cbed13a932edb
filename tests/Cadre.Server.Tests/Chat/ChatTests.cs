using System.Text.Json;

namespace Cadre.Server.Tests.Chat;

public sealed class A_chat_message
{
    [Fact]
    public async Task Creates_a_task_and_says_so_in_the_promised_shape()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = People.SignIn(server, "alice");
        var (status, answer) = await alice.SayAsync("Create a task called Buy groceries");
        Assert.Equal(200, status);
        Assert.Equal(["conversation_id", "agent_response", "tool_calls"], answer.EnumerateObject().Take(3).Select(member => member.Name));
        Assert.StartsWith("conv_", answer.GetProperty("conversation_id").GetString(), StringComparison.Ordinal);
        Assert.NotEqual("", answer.GetProperty("agent_response").GetString());
        var call = Assert.Single(answer.GetProperty("tool_calls").EnumerateArray());
        Assert.Equal(["tool_name", "input", "result"], call.EnumerateObject().Select(member => member.Name));
        Assert.Equal("todo_create", call.GetProperty("tool_name").GetString());
        Assert.Equal("""{"title":"Buy groceries"}""", call.GetProperty("input").GetRawText());
        var result = call.GetProperty("result");
        Assert.True(result.GetProperty("success").GetBoolean());
        Assert.Equal("Buy groceries", result.GetProperty("title").GetString());
        Assert.NotEqual("", result.GetProperty("message").GetString());
        var (_, tasks) = await alice.GetAsync("tasks");
        Assert.Equal(result.GetProperty("task_id").GetString(), Assert.Single(tasks.GetProperty("data").EnumerateArray()).GetProperty("id").GetString());
        using var bob = People.SignIn(server, "bob");
        Assert.Equal(0, (await bob.GetAsync("tasks")).Body.GetProperty("data").GetArrayLength());
        Assert.Equal(0, (await bob.SayAsync("What are my tasks?")).Body.GetProperty("tool_calls")[0].GetProperty("result").GetProperty("tasks").GetArrayLength());
    }

    [Fact]
    public async Task Has_several_calls_made_for_it_side_by_side()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = People.SignIn(server, "alice");
        var (_, answer) = await alice.SayAsync("Create tasks: Wash car, Mow lawn and Cook");
        Assert.Equal(["Wash car", "Mow lawn", "Cook"], answer.GetProperty("tool_calls").EnumerateArray().Select(call => call.GetProperty("result").GetProperty("title").GetString()));
        Assert.Equal(3, (await alice.GetAsync("tasks")).Body.GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task Of_a_token_with_few_grants_reaches_no_tool_beyond_them()
    {
        await using var server = await TestServer.StartAsync();
        using var reader = People.SignIn(server, "alice", scope: "tasks:read");
        var (status, answer) = await reader.SayAsync("Create a task called Buy groceries");
        Assert.Equal(200, status);
        Assert.Equal(0, answer.GetProperty("tool_calls").GetArrayLength());
        Assert.DoesNotContain("todo_create", server.Simulator.Requests[^1].Body.GetProperty("tools").GetRawText(), StringComparison.Ordinal);
        Assert.Contains("todo_list", server.Simulator.Requests[^1].Body.GetProperty("tools").GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{}""", 400, "message")]
    [InlineData("""{"message":""}""", 400, "message")]
    [InlineData("""{"message":"  \n "}""", 400, "message")]
    [InlineData("""{"message":7}""", 400, "message")]
    [InlineData("""{"message":null}""", 400, "message")]
    [InlineData("""{"message":"x","stream":"yes"}""", 400, "stream")]
    [InlineData("""{"message":"x","conversation_id":7}""", 400, "conversation_id")]
    [InlineData("""{"message":"x","conversation_id":"conv_none"}""", 404, "conversation_id")]
    [InlineData("""{"message":"x","conversation_id":"../../etc"}""", 404, "conversation_id")]
    [InlineData("""{"message":"x","user_id":"user_bob"}""", 400, "user_id")]
    [InlineData("""["message"]""", 400, null)]
    [InlineData("""{"message":"x",""", 400, null)]
    public async Task That_does_not_fit_is_refused_by_name(string body, int expected, string? parameter)
    {
        await using var server = await TestServer.StartAsync();
        using var alice = People.SignIn(server, "alice");
        var (status, problem) = await alice.PostAsync("chat", body);
        Assert.Equal((expected, parameter), (status, problem.TryGetProperty("parameter", out var named) ? named.GetString() : null));
        Assert.Equal(0, (await alice.GetAsync("chat/conversations")).Body.GetProperty("data").GetArrayLength());
        Assert.Empty(server.Simulator.Requests);
    }

    [Fact]
    public async Task That_is_too_long_is_refused()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = People.SignIn(server, "alice");
        var (status, problem) = await alice.SayAsync(new string('x', 32_001));
        Assert.Equal((400, "string_above_max_length"), (status, problem.GetProperty("code").GetString()));
        using var nobody = People.Of(server, "sk-cadre-nobody");
        Assert.Equal(401, (await nobody.SayAsync("hello")).Status);
    }
}
