using System.Text.Json;

namespace Cadre.Server.Tests.Assistants;

public sealed class A_step
{
    [Fact]
    public async Task Is_a_message_or_the_calls_of_a_turn()
    {
        await using var server = await TestServer.StartAsync(Assistance.Script);
        var thread = await server.NewThreadAsync("How is the weather?");
        var id = await server.NewRunAsync(thread, await server.NewWeatherAssistantAsync());
        var waiting = await server.PollAsync(thread, id);
        Assert.Equal(("requires_action", JsonValueKind.Null), (waiting.Text("status"), waiting.GetProperty("usage").ValueKind));
        var (_, open) = await server.GetAsync($"threads/{thread}/runs/{id}/steps");
        var calls = open.GetProperty("data")[0];
        Assert.Equal(("tool_calls", "in_progress", JsonValueKind.Null), (calls.Text("type"), calls.Text("status"), calls.GetProperty("usage").ValueKind));
        var call = calls.GetProperty("step_details").GetProperty("tool_calls")[0];
        Assert.Equal(JsonValueKind.Null, call.GetProperty("function").GetProperty("output").ValueKind);

        var (status, submitted) = await server.PostAsync($"threads/{thread}/runs/{id}/submit_tool_outputs", $$"""{"tool_outputs":[{"tool_call_id":"{{call.Text("id")}}","output":"rainy"}]}""");
        Assert.Equal((200, id), (status, submitted.Text("id")));
        await server.PollAsync(thread, id);

        var (_, steps) = await server.GetAsync($"threads/{thread}/runs/{id}/steps?order=asc");
        Assert.Equal(["message_creation", "tool_calls", "message_creation"], steps.GetProperty("data").EnumerateArray().Select(step => step.Text("type")));
        Assert.All(steps.GetProperty("data").EnumerateArray(), step => Assert.Equal("completed", step.Text("status")));
        var done = steps.GetProperty("data")[1];
        Assert.Equal("rainy", done.GetProperty("step_details").GetProperty("tool_calls")[0].GetProperty("function").Text("output"));
        var run = await server.PollAsync(thread, id);
        Assert.Equal(run.GetProperty("usage").GetProperty("total_tokens").GetInt64(), steps.GetProperty("data").EnumerateArray().Sum(step => step.GetProperty("usage").GetProperty("total_tokens").GetInt64()));

        Assert.Equal(done.ToString(), (await server.GetAsync($"threads/{thread}/runs/{id}/steps/{done.Text("id")}")).Body.ToString());
        var (_, page) = await server.GetAsync($"threads/{thread}/runs/{id}/steps?limit=1&after={done.Text("id")}&order=asc");
        Assert.Equal((1, false), (page.GetProperty("data").GetArrayLength(), page.GetProperty("has_more").GetBoolean()));
        Assert.Equal((404, "No run step found with id 'step_x'."), await ErrorOf(server, $"threads/{thread}/runs/{id}/steps/step_x"));
    }

    [Fact]
    public async Task Is_cancelled_with_its_run()
    {
        await using var server = await TestServer.StartAsync(Assistance.Script);
        var thread = await server.NewThreadAsync("How is the weather?");
        var id = await server.NewRunAsync(thread, await server.NewWeatherAssistantAsync());
        await server.PollAsync(thread, id);
        await server.PostAsync($"threads/{thread}/runs/{id}/cancel");
        await server.PollAsync(thread, id);
        var (_, steps) = await server.GetAsync($"threads/{thread}/runs/{id}/steps");
        Assert.Equal("cancelled", steps.GetProperty("data")[0].Text("status"));
    }

    private static async Task<(int Status, string Message)> ErrorOf(TestServer server, string path)
    {
        var (status, body) = await server.GetAsync(path);
        return (status, body.Error());
    }
}
