using Cadre.Testing;

namespace Cadre.Server.Tests.Assistants;

public sealed class A_run_that_nobody_answers
{
    [Fact]
    public async Task Expires_after_ten_minutes()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var server = await TestServer.StartAsync(Assistance.Script, parts => parts with { Time = time });
        var (thread, run) = await WaitingAsync(server);
        time.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal("requires_action", (await server.GetAsync($"threads/{thread}/runs/{run}")).Body.Text("status"));
        time.Advance(TimeSpan.FromMinutes(2));
        await ExpiredAsync(server, thread, run);

        var (_, steps) = await server.GetAsync($"threads/{thread}/runs/{run}/steps");
        Assert.Equal("expired", steps.GetProperty("data")[0].Text("status"));
        var (status, error) = await server.PostAsync($"threads/{thread}/runs/{run}/submit_tool_outputs", """{"tool_outputs":[]}""");
        Assert.Equal((400, "Runs in status \"expired\" do not accept tool outputs."), (status, error.Error()));
        Assert.Equal(200, (await server.PostAsync($"threads/{thread}/messages", """{"role":"user","content":"more"}""")).Status);
    }

    [Fact]
    public async Task Expires_though_the_server_was_not_running_meanwhile()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var server = await TestServer.StartAsync(Assistance.Script, parts => parts with { Time = time });
        var (thread, run) = await WaitingAsync(server);
        var later = new FakeTimeProvider(time.GetUtcNow() + TimeSpan.FromHours(1));
        await server.RestartAsync(parts => parts with { Time = later });
        await ExpiredAsync(server, thread, run);
    }

    private static async Task<(string Thread, string Run)> WaitingAsync(TestServer server)
    {
        var thread = await server.NewThreadAsync("How is the weather?");
        var run = await server.NewRunAsync(thread, await server.NewWeatherAssistantAsync());
        Assert.Equal("requires_action", (await server.PollAsync(thread, run)).Text("status"));
        return (thread, run);
    }

    private static async Task ExpiredAsync(TestServer server, string thread, string run)
    {
        var events = await SentEvent.GetAsync(server, $"threads/{thread}/runs/{run}/events");
        Assert.Equal(["thread.run.step.expired", "thread.run.expired", "done"], events[^3..].Select(sent => sent.Name));
        Assert.Equal("expired", (await server.GetAsync($"threads/{thread}/runs/{run}")).Body.Text("status"));
    }
}
