using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Cadre.EndToEnd;

public sealed class A_server_that_is_told_to_end
{
    private const string Slow = """
        name: slow
        rules:
          - then: { text: "One two three four five six seven eight nine ten, and that is all there is to say.", chunk_size: 6, chunk_delay: 60ms }

        """;

    [Fact]
    public async Task Finishes_the_streams_under_way()
    {
        using var place = new Place();
        place.Write("slow.yaml", Slow);
        await using var simulated = await Simulated.StartAsync(place, "--script", Path.Combine(Path.GetDirectoryName(place.Workspace)!, "slow.yaml"));
        await using var served = await Served.StartAsync(place, simulated.BaseUrl);
        using var http = served.Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, "responses")
        {
            Content = new StringContent("""{"model":"m","input":"Count.","stream":true}""", Encoding.UTF8, "application/json"),
        };
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        using var reader = new System.IO.StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        var begun = new StringBuilder();
        while (!begun.ToString().Contains("output_text.delta", StringComparison.Ordinal)) begun.AppendLine(await reader.ReadLineAsync(TestContext.Current.CancellationToken));

        var ending = served.TerminateAsync();
        var rest = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Contains("event: response.completed", rest, StringComparison.Ordinal);
        Assert.Equal(0, await ending);
    }

    [Fact]
    public async Task Loses_no_run_that_waits_for_its_caller()
    {
        using var place = new Place();
        await using var simulated = await Simulated.StartAsync(place);
        await using var served = await Served.StartAsync(place, simulated.BaseUrl);
        using var http = served.Client();
        var assistant = await PostAsync(http, "assistants", """{"model":"m","tools":[{"type":"function","function":{"name":"get_weather","parameters":{"type":"object","properties":{"location":{"type":"string"}}}}}]}""");
        var run = await PostAsync(http, "threads/runs", $$$"""{"assistant_id":"{{{Id(assistant)}}}","thread":{"messages":[{"role":"user","content":"What is the weather?"}]}}""");
        var path = $"threads/{run.GetProperty("thread_id").GetString()}/runs/{Id(run)}";
        var waiting = await UntilAsync(http, path, "requires_action");
        Assert.Equal(0, await served.TerminateAsync());
        await served.StartAgainAsync();

        var call = waiting.GetProperty("required_action").GetProperty("submit_tool_outputs").GetProperty("tool_calls")[0];
        await PostAsync(http, path + "/submit_tool_outputs", $$"""{"tool_outputs":[{"tool_call_id":"{{Id(call)}}","output":"sunny"}]}""");
        await UntilAsync(http, path, "completed");
    }

    private static string Id(JsonElement made) => made.GetProperty("id").GetString()!;

    private static async Task<JsonElement> PostAsync(HttpClient http, string path, string body)
    {
        using var response = await http.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {(int)response.StatusCode} {text}");
        return JsonElement.Parse(text);
    }

    /// <summary>The server is another process: it can only be asked again.</summary>
    private static async Task<JsonElement> UntilAsync(HttpClient http, string path, string status)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var run = JsonElement.Parse(await http.GetStringAsync(path, TestContext.Current.CancellationToken));
            if (run.GetProperty("status").GetString() == status) return run;
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(30), run.GetRawText());
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }
    }
}
