using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Cadre.Models.Endpoints;
using Cadre.Simulator;

namespace Cadre.Server.Tests.ChatCompletions;

public sealed class A_passed_through_completion
{
    private const string Script = """
        models: [known]
        rules:
          - when: { last_user: fail }
            then: { fault: { status: 429, retry_after: 7s, message: Slow down. } }
          - when: { last_user: cut }
            then: { text: "one two three four five six seven eight nine ten eleven twelve", chunk_size: 5, fault: { kind: cut, after: 3 } }
          - when: { last_user: forever }
            then: { text: "a b", chunk_size: 1, chunk_delay: 60s }
          - then: { text: "Hello to you." }
        """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reaches_the_endpoint_byte_by_byte()
    {
        await using var server = await TestServer.StartAsync(Script);
        const string Body = """{ "messages" : [{"role":"user","content":"Gr\u00fc\u00DFe"}],  "model":"known", "user":"u1", "x_vendor": [1.50, {"a":null}] }""";
        var (status, body) = await server.PostAsync("chat/completions", Body);
        Assert.Equal(200, status);
        Assert.Equal("Hello to you.", Text(body));
        Assert.Equal(Body, server.Simulator.Requests[^1].Body.GetRawText());
    }

    [Fact]
    public async Task Has_only_its_models_name_replaced_by_an_alias()
    {
        await using var server = await TestServer.StartAsync(Script, parts => parts with { DefaultModel = null, ToolsDirectory = Tools(parts.StateDirectory, "aliases: { gpt-4-turbo: known }") });
        await server.PostAsync("chat/completions", """{"messages":[{"role":"user","content":"gpt-4-turbo"}],"model" : "gpt-4-turbo","n":1}""");
        Assert.Equal("""{"messages":[{"role":"user","content":"gpt-4-turbo"}],"model" : "known","n":1}""", server.Simulator.Requests[^1].Body.GetRawText());
    }

    [Fact]
    public async Task Streams_as_the_endpoint_does()
    {
        await using var server = await TestServer.StartAsync(Script);
        const string Body = """{"model":"known","stream":true,"messages":[{"role":"user","content":"hi"}]}""";
        using var direct = new HttpClient();
        var expected = await ReadAsync(direct, new($"{server.Simulator.BaseUrl}/chat/completions"), Body);
        var got = await ReadAsync(server.Http, new(server.Server.Address, "v1/chat/completions"), Body);
        Assert.Equal(Deltas(expected), Deltas(got));
        Assert.EndsWith("data: [DONE]\n\n", got, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gives_the_endpoints_refusal_as_it_is()
    {
        await using var server = await TestServer.StartAsync(Script);
        using var content = Json("""{"model":"known","messages":[{"role":"user","content":"fail"}]}""");
        using var response = await server.Http.PostAsync("chat/completions", content, Stop);
        Assert.Equal(429, (int)response.StatusCode);
        Assert.Equal("7", response.Headers.GetValues("Retry-After").Single());
        Assert.Contains("Slow down.", await response.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ends_as_cut_when_the_endpoint_cuts()
    {
        await using var server = await TestServer.StartAsync(Script);
        await Assert.ThrowsAnyAsync<Exception>(() => ReadAsync(server.Http, new(server.Server.Address, "v1/chat/completions"), """{"model":"known","stream":true,"messages":[{"role":"user","content":"cut"}]}"""));
        Assert.Equal(200, (await server.PostAsync("chat/completions", """{"model":"known","messages":[{"role":"user","content":"hi"}]}""")).Status);
    }

    [Fact]
    public async Task Is_told_in_OpenAIs_shape_that_the_endpoint_cannot_be_reached()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var nobody = new Uri($"http://{taken.LocalEndpoint}/v1");
        taken.Stop();
        await using var server = await TestServer.StartAsync(Script, parts => parts with { Endpoint = new Endpoint(nobody), DefaultModel = null });
        var (status, body) = await server.PostAsync("chat/completions", """{"model":"m","messages":[]}""");
        Assert.Equal(502, status);
        Assert.Equal("server_error", body.GetProperty("error").GetProperty("type").GetString());
    }

    [Fact]
    public async Task Keeps_the_endpoints_key_out_of_its_errors()
    {
        await using var server = await TestServer.StartAsync("""
            rules:
              - then: { fault: { status: 401, message: "Incorrect API key provided: key-of-the-operator." } }
            """, parts => parts with { Endpoint = parts.Endpoint with { ApiKey = new("key-of-the-operator") } });
        var (status, body) = await server.PostAsync("chat/completions", """{"model":"m","messages":[{"role":"user","content":"x"}]}""");
        Assert.Equal(401, status);
        Assert.Equal("Incorrect API key provided: ***.", body.GetProperty("error").GetProperty("message").GetString());
    }

    [Fact]
    public async Task Sends_a_body_of_many_megabytes_on_as_it_comes()
    {
        await using var server = await TestServer.StartAsync(Script);
        var body = $$"""{"model":"gone","messages":[{"role":"user","content":"{{new string('a', 6 << 20)}}"}]}""";
        await server.PostAsync("chat/completions", body);
        Assert.Equal(body.Replace("gone", SimulatorOptions.BuiltInModel, StringComparison.Ordinal), server.Simulator.Requests[^1].Body.GetRawText());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"model\":")]
    [InlineData("[]")]
    [InlineData("{\"model\":\"known\",}")]
    public async Task Refuses_what_is_no_JSON_object(string json)
    {
        await using var server = await TestServer.StartAsync(Script);
        var (status, body) = await server.PostAsync("chat/completions", json);
        Assert.Equal(400, status);
        Assert.Equal("invalid_request_error", body.GetProperty("error").GetProperty("type").GetString());
    }

    [Fact]
    public async Task Goes_with_the_endpoints_key_and_is_cancelled_there_when_its_caller_goes()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var gone = Task.Run(async () =>
        {
            using var endpoint = await listener.AcceptTcpClientAsync(Stop);
            await using var stream = endpoint.GetStream();
            var buffer = new byte[64 << 10];
            var request = Encoding.ASCII.GetString(buffer.AsSpan(0, await stream.ReadAsync(buffer, Stop)));
            Assert.Contains("Authorization: Bearer key-of-the-operator\r\n", request, StringComparison.Ordinal);
            Assert.DoesNotContain(TestServer.Key, request, StringComparison.Ordinal);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: {}\n\r\n"u8.ToArray(), Stop);
            return await stream.ReadAsync(buffer, Stop);
        }, Stop);
        await using var server = await TestServer.StartAsync(Script, parts => parts with { Endpoint = new Endpoint(new($"http://{listener.LocalEndpoint}/v1")) { ApiKey = new("key-of-the-operator") }, DefaultModel = null });
        using (var request = new HttpRequestMessage(HttpMethod.Post, "chat/completions") { Content = Json("""{"model":"m","stream":true,"messages":[]}""") })
        using (var response = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Stop))
        {
            var stream = await response.Content.ReadAsStreamAsync(Stop);
            Assert.NotEqual(0, await stream.ReadAsync(new byte[10], Stop));
        }

        Assert.Equal(0, await gone.WaitAsync(TimeSpan.FromSeconds(20), Stop));
    }

    internal static string Tools(string state, string models)
    {
        var tools = System.IO.Directory.CreateDirectory(Path.Combine(state, "tools")).FullName;
        File.WriteAllText(Path.Combine(tools, "models.yaml"), models);
        return tools;
    }

    internal static string Text(JsonElement completion) => completion.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!;

    internal static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");

    internal static async Task<string> ReadAsync(HttpClient http, Uri url, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = Json(body) };
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Stop);
        return await response.Content.ReadAsStringAsync(Stop);
    }

    internal static List<JsonElement> Chunks(string events) =>
        [.. events.Split('\n').Where(line => line.StartsWith("data: {", StringComparison.Ordinal)).Select(line => JsonElement.Parse(line["data: ".Length..]))];

    internal static string Deltas(string events) => string.Concat(Chunks(events)
        .SelectMany(chunk => chunk.GetProperty("choices").EnumerateArray())
        .Select(choice => choice.GetProperty("delta").TryGetProperty("content", out var content) ? content.GetString() : ""));
}
