using System.Text.Json;

namespace Cadre.Server.Tests.Assistants;

/// <summary>What the tests of this face do again and again.</summary>
internal static class Assistance
{
    /// <summary>A script that answers each message with a sentence, and asks the caller's weather function about Paris.</summary>
    public const string Script = """
        name: assistants
        otherwise: fail
        rules:
          - when: { tool_results: 0, last_user: "(?i)weather" }
            then:
              text: Let me look.
              calls:
                - name: get_weather
                  arguments: { city: Paris }
          - when: { last_role: tool }
            then: { text: "It is {{tool_output}}." }
          - when: { last_user: "(?i)slow" }
            then: { text: "A slow answer that comes in many pieces, one after the other.", chunk_delay: 30ms, chunk_size: 4 }
          - when: { last_user: "(?i)hang" }
            then: { text: "I begin to say something and come to no end in any time that a test would wait for.", chunk_size: 8, chunk_delay: 2s }
          - then: { text: "You said: {{last_user}}" }
        """;

    public const string Weather = """
        {"type":"function","function":{"name":"get_weather","description":"The weather now.","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}}
        """;

    public static async Task<string> NewAssistantAsync(this TestServer server, string more = "")
    {
        var (status, body) = await server.PostAsync("assistants", $$"""{"model":"gpt-4-turbo","name":"Helper","instructions":"Be kind."{{more}}}""");
        Assert.Equal(200, status);
        return body.Text("id");
    }

    public static Task<string> NewWeatherAssistantAsync(this TestServer server) => server.NewAssistantAsync($$""","tools":[{{Weather}}]""");

    public static async Task<string> NewThreadAsync(this TestServer server, params string[] messages)
    {
        var list = string.Join(',', messages.Select(message => $$"""{"role":"user","content":{{JsonSerializer.Serialize(message, TestJson.Default.String)}}}"""));
        var (status, body) = await server.PostAsync("threads", $$"""{"messages":[{{list}}]}""");
        Assert.Equal(200, status);
        return body.Text("id");
    }

    public static async Task<string> NewRunAsync(this TestServer server, string thread, string assistant, string more = "")
    {
        var (status, body) = await server.PostAsync($"threads/{thread}/runs", $$"""{"assistant_id":"{{assistant}}"{{more}}}""");
        Assert.True(status == 200, body.ToString());
        return body.Text("id");
    }

    /// <summary>The run when it is no longer queued or in progress, as a polling client sees it.</summary>
    public static async Task<JsonElement> PollAsync(this TestServer server, string thread, string run)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            limit.Token.ThrowIfCancellationRequested();
            var (status, body) = await server.GetAsync($"threads/{thread}/runs/{run}");
            Assert.Equal(200, status);
            if (body.Text("status") is not ("queued" or "in_progress" or "cancelling")) return body;
            await Task.Delay(10, limit.Token);
        }
    }

    public static async Task<IReadOnlyList<string>> TextsAsync(this TestServer server, string thread, string order = "asc")
    {
        var (status, body) = await server.GetAsync($"threads/{thread}/messages?order={order}&limit=100");
        Assert.Equal(200, status);
        return [.. body.GetProperty("data").EnumerateArray().Select(TextOf)];
    }

    /// <summary>A GET with the header Last-Event-ID that is refused before a stream begins.</summary>
    public static async Task<(int Status, string Body)> GetAsyncWith(this TestServer server, string path, string lastEventId)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Last-Event-ID", lastEventId);
        using var response = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public static string TextOf(JsonElement message) => message.GetProperty("content")[0].GetProperty("text").Text("value");

    public static string Text(this JsonElement json, string name) => json.GetProperty(name).GetString()!;

    public static string Error(this JsonElement json) => json.GetProperty("error").Text("message");

    public static IEnumerable<string> Ids(this JsonElement list) => list.GetProperty("data").EnumerateArray().Select(item => item.Text("id"));
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class TestJson : System.Text.Json.Serialization.JsonSerializerContext;
