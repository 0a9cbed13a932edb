using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cadre.Simulator.Tests;

/// <summary>A simulator on a real socket, and a client that knows nothing but HTTP.</summary>
internal sealed class Playing : IAsyncDisposable
{
    private Playing(SimulatorServer server)
    {
        Server = server;
        Http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromMinutes(2) };
    }

    public SimulatorServer Server { get; }

    public HttpClient Http { get; }

    public static async Task<Playing> StartAsync(string? script = null, SimulatorOptions? options = null) =>
        new(await SimulatorServer.StartAsync(script is null ? SimulatorScript.BuiltIn : SimulatorScript.Parse(script), options, TestContext.Current.CancellationToken));

    public async Task<HttpResponseMessage> SendAsync(string path, JsonNode body, HttpCompletionOption completion = HttpCompletionOption.ResponseContentRead)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Server.BaseUrl}{path}") { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "sk-secret");
        return await Http.SendAsync(request, completion, TestContext.Current.CancellationToken);
    }

    public async Task<JsonElement> PostAsync(string path, JsonNode body, int status = 200)
    {
        using var response = await SendAsync(path, body);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True((int)response.StatusCode == status, $"{(int)response.StatusCode}: {text}");
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    /// <summary>The events of a stream, <c>[DONE]</c> and all, as they came.</summary>
    public async Task<List<SentEvent>> StreamAsync(string path, JsonObject body)
    {
        body["stream"] = true;
        using var response = await SendAsync(path, body);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, text);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return SentEvent.Parse(text);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Server.DisposeAsync();
    }
}

internal sealed record SentEvent(string? Name, string Data)
{
    public JsonElement Json
    {
        get
        {
            using var document = JsonDocument.Parse(Data);
            return document.RootElement.Clone();
        }
    }

    public static List<SentEvent> Parse(string text)
    {
        var events = new List<SentEvent>();
        foreach (var block in text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            string? name = null;
            string? data = null;
            foreach (var line in block.Split('\n'))
            {
                if (line.StartsWith("event: ", StringComparison.Ordinal))
                {
                    name = line["event: ".Length..];
                }
                else if (line.StartsWith("data: ", StringComparison.Ordinal))
                {
                    data = line["data: ".Length..];
                }
            }

            events.Add(new(name, data ?? ""));
        }

        return events;
    }
}
