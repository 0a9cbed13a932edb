namespace Cadre.Server.Tests.Assistants;

/// <summary>One server for the whole table: no row leaves anything behind that another would see.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    internal TestServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await TestServer.StartAsync(Assistance.Script);

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

public sealed class A_wrong_request_to_assistants(SharedServer shared) : IClassFixture<SharedServer>
{
    [Theory]
    [InlineData("POST", "assistants", "{}", 400, "Missing required parameter: 'model'.")]
    [InlineData("POST", "assistants", """{"model":7}""", 400, "Invalid type for 'model': expected a string, but got an integer instead.")]
    [InlineData("POST", "assistants", """{"model":"m","temperature":3}""", 400, "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 3 instead.")]
    [InlineData("POST", "assistants", """{"model":"m","tools":[{"type":"no_such_word"}]}""", 400, "Invalid value: 'no_such_word'. Supported values are: 'code_interpreter', 'function', and 'file_search'.")]
    [InlineData("POST", "assistants", """{"model":"m","tool_resources":{"code_interpreter":{"file_ids":17}}}""", 400, "Invalid type for 'tool_resources.code_interpreter.file_ids': expected an array, but got an integer instead.")]
    [InlineData("POST", "assistants", """{"model":"m","reasoning_effort":"text"}""", 400, "Invalid value: 'text'. Supported values are: 'none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'.")]
    [InlineData("POST", "assistants", """{"model":"m","response_format":{"type":"xml"}}""", 400, "Invalid value: 'xml'. Supported values are: 'text', 'json_object', 'json_schema'.")]
    [InlineData("POST", "assistants", """{"model":"m","tool_resources":{"code_interpreter":{"file_ids":["file-none"]}}}""", 404, "No such File object: file-none")]
    [InlineData("POST", "threads", """{"tool_resources":{"file_search":{"vector_store_ids":["vs_none"]}}}""", 404, "No vector store found with id 'vs_none'.")]
    [InlineData("GET", "assistants/asst_none", null, 404, "No assistant found with id 'asst_none'.")]
    [InlineData("GET", "assistants/none", null, 400, "Invalid 'assistant_id': 'none'. Expected an ID that begins with 'asst'.")]
    [InlineData("GET", "assistants?limit=101", null, 400, "Invalid 'limit': integer above maximum value. Expected a value <= 100, but got 101 instead.")]
    [InlineData("GET", "assistants?after=asst_none", null, 404, "No assistant found with id 'asst_none'.")]
    [InlineData("DELETE", "assistants/asst_none", null, 404, "No assistant found with id 'asst_none'.")]
    [InlineData("GET", "threads/thread_none", null, 404, "No thread found with id 'thread_none'.")]
    [InlineData("POST", "threads/thread_none", "{}", 404, "No thread found with id 'thread_none'.")]
    [InlineData("POST", "threads/thread_none/messages", """{"role":"user","content":"x"}""", 404, "No thread found with id 'thread_none'.")]
    [InlineData("POST", "THREAD/messages", """{"content":"x"}""", 400, "Missing required parameter: 'role'.")]
    [InlineData("POST", "THREAD/messages", """{"role":"system","content":"x"}""", 400, "Invalid value: 'system'. Supported values are: 'user', 'assistant'.")]
    [InlineData("POST", "THREAD/messages", """{"role":"user"}""", 400, "Missing required parameter: 'content'.")]
    [InlineData("POST", "THREAD/messages", """{"role":"user","content":""}""", 400, "Message content must be non-empty.")]
    [InlineData("POST", "THREAD/messages", """{"role":"user","content":"x","attachments":[{"file_id":"file-none","tools":[{"type":"file_search"}]}]}""", 404, "No such File object: file-none")]
    [InlineData("POST", "THREAD/messages", """{"role":"user","content":"x","metadata":{"k":7}}""", 400, "Invalid type for 'metadata.k': expected a string, but got an integer instead.")]
    [InlineData("GET", "THREAD/messages/msg_none", null, 404, "No message found with id 'msg_none'.")]
    [InlineData("GET", "THREAD/messages?before=msg_none", null, 404, "No message found with id 'msg_none'.")]
    [InlineData("POST", "THREAD/runs", "{}", 400, "Missing required parameter: 'assistant_id'.")]
    [InlineData("POST", "THREAD/runs", """{"assistant_id":"asst_none"}""", 404, "No assistant found with id 'asst_none'.")]
    [InlineData("POST", "THREAD/runs", """{"assistant_id":"ASST","max_prompt_tokens":10}""", 400, "Invalid 'max_prompt_tokens': integer below minimum value. Expected a value >= 256, but got 10 instead.")]
    [InlineData("POST", "THREAD/runs", """{"assistant_id":"ASST","tool_choice":"sometimes"}""", 400, "Invalid value: 'sometimes'. Supported values are: 'none', 'auto', 'required'.")]
    [InlineData("POST", "THREAD/runs", """{"assistant_id":"ASST","truncation_strategy":{"type":"last_messages"}}""", 400, "Missing required parameter: 'truncation_strategy.last_messages'.")]
    [InlineData("POST", "THREAD/runs", """{"assistant_id":"ASST","stream":"yes"}""", 400, "Invalid type for 'stream': expected a boolean, but got a string instead.")]
    [InlineData("GET", "THREAD/runs/run_none", null, 404, "No run found with id 'run_none'.")]
    [InlineData("POST", "RUN/cancel", "{}", 400, "Cannot cancel run with status 'completed'.")]
    [InlineData("POST", "RUN/submit_tool_outputs", """{"tool_outputs":[]}""", 400, "Runs in status \"completed\" do not accept tool outputs.")]
    [InlineData("POST", "RUN/submit_tool_outputs", "{}", 400, "Missing required parameter: 'tool_outputs'.")]
    public async Task Is_answered_as_OpenAI_would(string method, string path, string? body, int status, string message)
    {
        var server = shared.Server;
        var (assistant, thread) = (await server.NewAssistantAsync(), await server.NewThreadAsync("Hello"));
        if (path.StartsWith("RUN", StringComparison.Ordinal))
        {
            var run = await server.NewRunAsync(thread, assistant);
            await server.PollAsync(thread, run);
            path = path.Replace("RUN", $"threads/{thread}/runs/{run}", StringComparison.Ordinal);
        }

        var (got, error) = await server.SendAsync(new(method), path.Replace("THREAD", $"threads/{thread}", StringComparison.Ordinal), body?.Replace("ASST", assistant, StringComparison.Ordinal));
        Assert.Equal((status, message), (got, error.Error()));
        Assert.Equal("invalid_request_error", error.GetProperty("error").Text("type"));
    }

    [Fact]
    public async Task Names_the_outputs_that_are_missing()
    {
        await using var server = await TestServer.StartAsync(Assistance.Script);
        var thread = await server.NewThreadAsync("How is the weather?");
        var id = await server.NewRunAsync(thread, await server.NewWeatherAssistantAsync());
        var run = await server.PollAsync(thread, id);
        var call = run.GetProperty("required_action").GetProperty("submit_tool_outputs").GetProperty("tool_calls")[0].Text("id");
        var (status, error) = await server.PostAsync($"threads/{thread}/runs/{id}/submit_tool_outputs", """{"tool_outputs":[{"tool_call_id":"call_other","output":"x"}]}""");
        Assert.Equal((400, $"Expected tool outputs for call_ids ['{call}'], got ['call_other']"), (status, error.Error()));
    }

    [Fact]
    public async Task Of_another_organisation_finds_nothing()
    {
        await using var server = await TestServer.StartAsync(Assistance.Script);
        var (assistant, thread) = (await server.NewAssistantAsync(), await server.NewThreadAsync("Hello"));
        var run = await server.NewRunAsync(thread, assistant);
        await server.PollAsync(thread, run);
        using var other = await server.OtherOrganisationAsync();
        string[] paths =
        [
            $"assistants/{assistant}", $"threads/{thread}", $"threads/{thread}/messages", $"threads/{thread}/runs", $"threads/{thread}/runs/{run}",
            $"threads/{thread}/runs/{run}/steps", $"threads/{thread}/runs/{run}/events",
        ];
        foreach (var path in paths) Assert.Equal((path, 404), (path, (await TestServer.SendAsync(other, HttpMethod.Get, path)).Status));
        foreach (var path in paths[..2]) Assert.Equal((path, 404), (path, (await TestServer.SendAsync(other, HttpMethod.Delete, path)).Status));
        Assert.Equal(404, (await TestServer.SendAsync(other, HttpMethod.Post, $"threads/{thread}/runs/{run}/cancel")).Status);
        Assert.Empty((await TestServer.SendAsync(other, HttpMethod.Get, "threads")).Body.Ids());
        Assert.Empty((await TestServer.SendAsync(other, HttpMethod.Get, "assistants")).Body.Ids());
    }
}
