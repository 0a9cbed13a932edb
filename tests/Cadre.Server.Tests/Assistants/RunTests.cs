using System.Text.Json;

namespace Cadre.Server.Tests.Assistants;

public sealed class A_run_of_an_assistant
{
    [Fact]
    public async Task Answers_and_says_what_it_used()
    {
        await using var server = await TestServer.StartAsync(Assistance.Script);
        var assistant = await server.NewAssistantAsync();
        var thread = await server.NewThreadAsync("Hello");
        var (_, created) = await server.PostAsync($"threads/{thread}/runs", $$"""{"assistant_id":"{{assistant}}","additional_instructions":"Be brief.","metadata":{"a":"1"} }""");
        Assert.Equal(("queued", "Be kind.\nBe brief.", JsonValueKind.Null), (created.Text("status"), created.Text("instructions"), created.GetProperty("usage").ValueKind));
        Assert.Equal(created.GetProperty("created_at").GetInt64() + 600, created.GetProperty("expires_at").GetInt64());

        var run = await server.PollAsync(thread, created.Text("id"));
        Assert.Equal(("completed", "gpt-4-turbo", assistant, thread), (run.Text("status"), run.Text("model"), run.Text("assistant_id"), run.Text("thread_id")));
        Assert.True(run.GetProperty("usage").GetProperty("total_tokens").GetInt64() > 0);
        Assert.Equal(JsonValueKind.Null, run.GetProperty("expires_at").ValueKind);
        Assert.Equal(["Hello", "You said: Hello"], await server.TextsAsync(thread));

        var (_, answers) = await server.GetAsync($"threads/{thread}/messages?run_id={run.Text("id")}");
        var answer = Assert.Single(answers.GetProperty("data").EnumerateArray());
        Assert.Equal(("assistant", run.Text("id"), assistant), (answer.Text("role"), answer.Text("run_id"), answer.Text("assistant_id")));
    }

    [Fact]
    public async Task Tells_pollers_to_come_back_soon()
    {
        await using var server = await TestServer.StartAsync(Assistance.Script);
        var thread = await server.NewThreadAsync("Hello");
        var run = await server.NewRunAsync(thread, await server.NewAssistantAsync());
        using var response = await server.Http.GetAsync($"threads/{thread}/runs/{run}", TestContext.Current.CancellationToken);
        Assert.Equal("200", Assert.Single(response.Headers.GetValues("openai-poll-after-ms")));
    }

    [Fact]
    public async Task Answers_in_the_shape_that_was_asked_for()
    {
        await using var server = await TestServer.StartAsync("""
            rules:
              - { when: { schema: pet }, then: { json: { name: Rex } } }
              - { then: { text: "no shape" } }
            """);
        var thread = await server.NewThreadAsync("A pet");
        var run = await server.NewRunAsync(thread, await server.NewAssistantAsync(),
            ""","response_format":{"type":"json_schema","json_schema":{"name":"pet","strict":true,"schema":{"type":"object","properties":{"name":{"type":"string"}},"required":["name"],"additionalProperties":false}}}""");
        Assert.Equal(("completed", "pet"), ((await server.PollAsync(thread, run)).Text("status"), (await server.PollAsync(thread, run)).GetProperty("response_format").GetProperty("json_schema").Text("name")));
        Assert.Equal("""{"name":"Rex"}""", (await server.TextsAsync(thread))[^1]);
    }

    [Fact]
    public async Task Begins_with_its_thread_in_one_request()
    {
        await using var server = await TestServer.StartAsync(Assistance.Script);
        var assistant = await server.NewAssistantAsync();
        var (status, run) = await server.PostAsync("threads/runs", $$"""{"assistant_id":"{{assistant}}","thread":{"messages":[{"role":"user","content":"Both"}],"metadata":{"x":"y"} } }""");
        Assert.Equal(200, status);
        Assert.Equal("completed", (await server.PollAsync(run.Text("thread_id"), run.Text("id"))).Text("status"));
        Assert.Equal(["Both", "You said: Both"], await server.TextsAsync(run.Text("thread_id")));
    }

    [Fact]
    public async Task Adds_its_additional_messages()
    {
        await using var server = await TestServer.StartAsync(Assistance.Script);
        var thread = await server.NewThreadAsync("First");
        var run = await server.NewRunAsync(thread, await server.NewAssistantAsync(), ""","additional_messages":[{"role":"user","content":"Second"}]""");
        await server.PollAsync(thread, run);
        Assert.Equal(["First", "Second", "You said: Second"], await server.TextsAsync(thread));
    }

    [Fact]
    public async Task Is_listed_and_its_metadata_changed()
    {
        await using var server = await TestServer.StartAsync(Assistance.Script);
        var assistant = await server.NewAssistantAsync();
        var thread = await server.NewThreadAsync("Hello");
        var runs = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            runs.Add(await server.NewRunAsync(thread, assistant));
            await server.PollAsync(thread, runs[i]);
        }

        var (_, changed) = await server.PostAsync($"threads/{thread}/runs/{runs[0]}", """{"metadata":{"k":"v"}}""");
        Assert.Equal("v", changed.GetProperty("metadata").Text("k"));
        var (_, page) = await server.GetAsync($"threads/{thread}/runs?limit=2");
        Assert.Equal([runs[2], runs[1]], page.Ids());
        Assert.True(page.GetProperty("has_more").GetBoolean());
        var (_, rest) = await server.GetAsync($"threads/{thread}/runs?after={runs[1]}");
        Assert.Equal([runs[0]], rest.Ids());
        Assert.Equal("v", rest.GetProperty("data")[0].GetProperty("metadata").Text("k"));
        Assert.Equal([runs[0], runs[1]], (await server.GetAsync($"threads/{thread}/runs?limit=2&order=asc&before={runs[2]}")).Body.Ids());
    }

    [Fact]
    public async Task Is_shown_the_last_messages_only_when_told_so()
    {
        await using var server = await TestServer.StartAsync(Assistance.Script);
        var thread = await server.NewThreadAsync("alpha", "beta", "gamma");
        var run = await server.NewRunAsync(thread, await server.NewAssistantAsync(), ""","truncation_strategy":{"type":"last_messages","last_messages":2}""");
        Assert.Equal(2, (await server.PollAsync(thread, run)).GetProperty("truncation_strategy").GetProperty("last_messages").GetInt32());
        var sent = server.Simulator.Requests[^1].Body.ToString();
        Assert.DoesNotContain("alpha", sent, StringComparison.Ordinal);
        Assert.Contains("beta", sent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Goes_on_when_its_assistant_is_deleted()
    {
        await using var server = await TestServer.StartAsync(Assistance.Script);
        var assistant = await server.NewAssistantAsync();
        var thread = await server.NewThreadAsync("slow please");
        var run = await server.NewRunAsync(thread, assistant);
        await server.DeleteAsync($"assistants/{assistant}");
        Assert.Equal("completed", (await server.PollAsync(thread, run)).Text("status"));
    }

    [Fact]
    public async Task Goes_on_after_the_server_was_restarted_in_the_middle_of_it()
    {
        await using var server = await TestServer.StartAsync(Assistance.Script);
        var thread = await server.NewThreadAsync("slow please");
        var run = await server.NewRunAsync(thread, await server.NewAssistantAsync());
        await server.RestartAsync();
        Assert.Equal("completed", (await server.PollAsync(thread, run)).Text("status"));
        Assert.Equal(2, (await server.TextsAsync(thread)).Count);
    }

    [Fact]
    public async Task Is_incomplete_when_its_tokens_are_spent()
    {
        await using var server = await TestServer.StartAsync($"rules: [{{ then: {{ text: {string.Concat(Enumerable.Repeat("word after word ", 200))} }} }}]");
        var thread = await server.NewThreadAsync("Talk");
        var run = await server.NewRunAsync(thread, await server.NewAssistantAsync(), ""","max_completion_tokens":256""");
        var ended = await server.PollAsync(thread, run);
        Assert.Equal(("incomplete", "max_completion_tokens"), (ended.Text("status"), ended.GetProperty("incomplete_details").Text("reason")));
    }

    [Theory]
    [InlineData("400", "invalid_prompt")]
    [InlineData("404", "server_error")]
    public async Task Says_why_it_failed(string fault, string code)
    {
        await using var server = await TestServer.StartAsync($"rules: [{{ then: {{ fault: {fault} }} }}]");
        var thread = await server.NewThreadAsync("Talk");
        var run = await server.PollAsync(thread, await server.NewRunAsync(thread, await server.NewAssistantAsync()));
        Assert.Equal(("failed", code), (run.Text("status"), run.GetProperty("last_error").Text("code")));
        Assert.True(run.GetProperty("failed_at").GetInt64() > 0);
    }
}
