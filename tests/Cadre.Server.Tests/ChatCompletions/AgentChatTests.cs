using System.Text.Json;
using Cadre.Server.ChatCompletions;
using Cadre.Storage.Documents;

namespace Cadre.Server.Tests.ChatCompletions;

public sealed class A_chat_with_an_agent
{
    private const string Script = """
        rules:
          - when: { tool_offered: get_weather, last_role: user }
            then: { text: Let me see., calls: [{ name: get_weather, arguments: { city: Oslo } }] }
          - when: { last_role: tool }
            then: { text: "It is {{tool_output}}." }
          - when: { schema: pet }
            then: { json: { name: Rex } }
          - when: { last_user: overload }
            then: { fault: { status: 401, message: no } }
          - when: { instructions: "(?i)pirate" }
            then: { text: "Arr, that is a fine question.", chunk_size: 4, usage: { input: 7, output: 5 } }
          - then: { text: No instructions came. }
        """;

    private const string Weather = """{"type":"function","function":{"name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string"}}}}}""";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("asst_")]
    [InlineData("agent_")]
    public async Task Answers_with_the_agents_instructions(string prefix)
    {
        await using var server = await TestServer.StartAsync(Script);
        var agent = await AgentAsync(server, prefix);
        var (status, body) = await server.PostAsync("chat/completions", $$"""{"model":"{{agent}}","messages":[{"role":"user","content":"Why?"}]}""");
        Assert.Equal(200, status);
        Assert.Equal("Arr, that is a fine question.", A_passed_through_completion.Text(body));
        Assert.Equal(agent, body.GetProperty("model").GetString());
        Assert.Equal(12, body.GetProperty("usage").GetProperty("total_tokens").GetInt32());
        Assert.Equal("stop", body.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task Streams_its_text_and_its_usage_when_asked()
    {
        await using var server = await TestServer.StartAsync(Script);
        var agent = await AgentAsync(server);
        var events = await StreamAsync(server, $$"""{"model":"{{agent}}","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"Why?"}]}""");
        Assert.Equal("Arr, that is a fine question.", A_passed_through_completion.Deltas(events));
        var chunks = A_passed_through_completion.Chunks(events);
        Assert.Equal("assistant", chunks[0].GetProperty("choices")[0].GetProperty("delta").GetProperty("role").GetString());
        Assert.Equal("stop", chunks[^2].GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal(5, chunks[^1].GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        Assert.EndsWith("data: [DONE]\n\n", events, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Hands_its_callers_function_over_and_goes_on_with_the_output(bool streams)
    {
        await using var server = await TestServer.StartAsync(Script);
        var agent = await AgentAsync(server);
        var body = $$"""{"model":"{{agent}}","stream":{{(streams ? "true" : "false")}},"tools":[{{Weather}}],"messages":[{"role":"user","content":"Rain?"}]}""";
        JsonElement choice, call;
        if (streams)
        {
            var chunks = A_passed_through_completion.Chunks(await StreamAsync(server, body));
            choice = chunks[^1].GetProperty("choices")[0];
            call = chunks[^2].GetProperty("choices")[0].GetProperty("delta").GetProperty("tool_calls")[0];
        }
        else
        {
            choice = (await server.PostAsync("chat/completions", body)).Body.GetProperty("choices")[0];
            call = choice.GetProperty("message").GetProperty("tool_calls")[0];
            Assert.Equal("Let me see.", choice.GetProperty("message").GetProperty("content").GetString());
        }

        Assert.Equal("tool_calls", choice.GetProperty("finish_reason").GetString());
        Assert.Equal("Oslo", JsonElement.Parse(call.GetProperty("function").GetProperty("arguments").GetString()!).GetProperty("city").GetString());
        var (status, next) = await server.PostAsync("chat/completions", $$"""
            {"model":"{{agent}}","tools":[{{Weather}}],"messages":[{"role":"user","content":"Rain?"},{"role":"assistant","content":null,"tool_calls":[{{call.GetRawText()}}]},
             {"role":"tool","tool_call_id":"{{call.GetProperty("id").GetString()}}","content":"dry"}]}
            """);
        Assert.Equal(200, status);
        Assert.Equal("It is dry.", A_passed_through_completion.Text(next));
    }

    [Fact]
    public async Task Gives_the_shape_that_was_asked_for()
    {
        await using var server = await TestServer.StartAsync(Script);
        var agent = await AgentAsync(server);
        var format = """{"type":"json_schema","json_schema":{"name":"pet","strict":true,"schema":{"type":"object","properties":{"name":{"type":"string"}},"required":["name"],"additionalProperties":false}}}""";
        var events = await StreamAsync(server, $$"""{"model":"{{agent}}","stream":true,"response_format":{{format}},"messages":[{"role":"user","content":"A dog."}]}""");
        Assert.Equal("""{"name":"Rex"}""", A_passed_through_completion.Deltas(events).Replace(" ", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Leaves_no_run_behind()
    {
        await using var server = await TestServer.StartAsync(Script);
        var agent = await AgentAsync(server);
        await server.PostAsync("chat/completions", $$"""{"model":"{{agent}}","messages":[{"role":"user","content":"Why?"}]}""");
        await server.PostAsync("chat/completions", $$"""{"model":"{{agent}}","tools":[{{Weather}}],"messages":[{"role":"user","content":"Rain?"}]}""");
        await server.RestartAsync();
        var store = server.Server.Context.Store;
        var deadline = TimeProvider.System.GetTimestamp();
        while (await store.ListRunsAsync(Scope.Everything, new() { Face = ChatRequest.Face }, Stop) is { Count: > 0 })
            Assert.True(TimeProvider.System.GetElapsedTime(deadline) < TimeSpan.FromSeconds(20), "Runs were left.");
    }

    [Theory]
    [InlineData("\"messages\":[]", "messages")]
    [InlineData("\"messages\":[{\"role\":\"user\"}]", "messages[0].content")]
    [InlineData("\"messages\":[{\"role\":\"king\",\"content\":\"x\"}]", "messages[0].role")]
    [InlineData("\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"n\":2", "n")]
    [InlineData("\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"temperature\":3", "temperature")]
    [InlineData("\"messages\":[{\"role\":\"assistant\",\"content\":\"x\"}]", "messages[0].role")]
    public async Task Refuses_what_it_cannot_do(string members, string parameter)
    {
        await using var server = await TestServer.StartAsync(Script);
        var agent = await AgentAsync(server);
        var (status, body) = await server.PostAsync("chat/completions", $$"""{"model":"{{agent}}",{{members}}}""");
        Assert.Equal(400, status);
        Assert.Equal(parameter, body.GetProperty("error").GetProperty("param").GetString());
    }

    [Fact]
    public async Task Is_unknown_to_another_organisation_and_when_it_is_not_there()
    {
        await using var server = await TestServer.StartAsync(Script);
        var (status, body) = await server.PostAsync("chat/completions", """{"model":"asst_nobody","messages":[{"role":"user","content":"x"}]}""");
        Assert.Equal(404, status);
        Assert.Equal("model_not_found", body.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task Tells_that_its_endpoint_refused()
    {
        await using var server = await TestServer.StartAsync(Script);
        var agent = await AgentAsync(server);
        var (status, body) = await server.PostAsync("chat/completions", $$"""{"model":"{{agent}}","messages":[{"role":"user","content":"overload"}]}""");
        Assert.Equal(502, status);
        Assert.Equal("server_error", body.GetProperty("error").GetProperty("type").GetString());
    }

    private static async Task<string> AgentAsync(TestServer server, string prefix = "asst_")
    {
        var (status, body) = await server.PostAsync("assistants", """{"model":"gpt-4-turbo","instructions":"You are a pirate."}""");
        Assert.Equal(200, status);
        return prefix + body.GetProperty("id").GetString()!["asst_".Length..];
    }

    private static Task<string> StreamAsync(TestServer server, string body) =>
        A_passed_through_completion.ReadAsync(server.Http, new(server.Server.Address, "v1/chat/completions"), body);
}
