using System.Text.Json;
using Cadre.Server.Tests.Files;

namespace Cadre.Server.Tests.HostedTools;

/// <summary>Assistants with hosted tools, as a client runs them.</summary>
internal static class AssistantRuns
{
    /// <summary>Runs an assistant on a new thread to its end.</summary>
    /// <returns>The run's thread and the newest message.</returns>
    public static async Task<(string Thread, JsonElement Message)> RunAssistantAsync(this TestServer server, string assistant, string message, HttpClient? http = null)
    {
        http ??= server.Http;
        var agent = (await TestServer.SendAsync(http, HttpMethod.Post, "assistants", assistant)).Body;
        return await RunAsync(http, agent.Text("id")!, message);
    }

    /// <inheritdoc cref="RunAssistantAsync"/>
    public static async Task<(string Thread, JsonElement Message)> RunAsync(HttpClient http, string assistantId, string message)
    {
        var run = (await TestServer.SendAsync(http, HttpMethod.Post, "threads/runs", $$$"""{"assistant_id":"{{{assistantId}}}","thread":{"messages":[{{{message}}}]}}""")).Body;
        return (run.Text("thread_id")!, await EndAsync(http, run));
    }

    /// <summary>The thread's newest message, when the run has completed.</summary>
    public static async Task<JsonElement> EndAsync(HttpClient http, JsonElement run)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(40));
        while (run.Text("status") is "queued" or "in_progress")
        {
            await Task.Delay(10, deadline.Token);
            run = (await TestServer.SendAsync(http, HttpMethod.Get, $"threads/{run.Text("thread_id")}/runs/{run.Text("id")}")).Body;
        }

        Assert.True(run.Text("status") == "completed", run.GetRawText());
        return (await TestServer.SendAsync(http, HttpMethod.Get, $"threads/{run.Text("thread_id")}/messages")).Body.GetProperty("data")[0];
    }
}
