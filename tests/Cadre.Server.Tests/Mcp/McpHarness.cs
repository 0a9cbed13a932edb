using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Cadre.Server.Hosting;
using ModelContextProtocol.Client;

namespace Cadre.Server.Tests.Mcp;

/// <summary>A server with <see cref="NotesTool"/>, and ways to speak to its /mcp: the SDK's client, and raw requests.</summary>
internal sealed class McpHarness(TestServer server) : IAsyncDisposable
{
    public const string Newest = "2026-07-28";
    public const string Handshake = "2025-11-25";

    /// <summary>A person of the organisation "acme", and others.</summary>
    public static string Alice { get; } = TestServer.TokenOf("alice");

    public static string Bob { get; } = TestServer.TokenOf("bob");
    public static string Eve { get; } = TestServer.TokenOf("eve", "other");

    public TestServer Server => server;
    public Waiting Waiting { get; } = new();
    public Uri Url => new(server.Server.Address, "mcp");

    public static async Task<McpHarness> StartAsync(Func<ServerParts, ServerParts>? change = null)
    {
        var harness = new McpHarness(await TestServer.StartAsync(change: change));
        harness.AddTools();
        return harness;
    }

    public async Task RestartAsync()
    {
        var url = server.Server.Address.ToString();
        await server.RestartAsync(parts => parts with { Url = url });
        AddTools();
    }

    /// <param name="version">The only protocol version to speak; null: the client's choice.</param>
    public Task<McpClient> ConnectAsync(string token, string? version = null, string? session = null)
    {
        var transport = new HttpClientTransport(new()
        {
            Endpoint = Url,
            TransportMode = HttpTransportMode.StreamableHttp,
            AdditionalHeaders = new Dictionary<string, string> { ["Authorization"] = $"Bearer {token}" },
            KnownSessionId = session,
        });
        return McpClient.CreateAsync(transport, new() { ProtocolVersion = version }, cancellationToken: TestContext.Current.CancellationToken);
    }

    /// <summary>A request of 2026-07-28 with all that it must have.</summary>
    /// <param name="change">Breaks it.</param>
    public Task<McpAnswer> AskAsync(string token, string method, string parameters = "{}", string? name = null, Action<HttpRequestMessage>? change = null)
    {
        var rest = parameters.Trim()[1..^1].Trim();
        var meta = $$"""{"io.modelcontextprotocol/protocolVersion":"{{Newest}}","io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":{"name":"test","version":"1"} }""";
        var body = $$"""{"jsonrpc":"2.0","id":1,"method":"{{method}}","params":{ {{(rest.Length == 0 ? "" : rest + ",")}} "_meta":{{meta}} } }""";
        return SendAsync(HttpMethod.Post, token, body, request =>
        {
            request.Headers.Add("MCP-Protocol-Version", Newest);
            request.Headers.Add("Mcp-Method", method);
            if (name is not null) request.Headers.Add("Mcp-Name", name);
            change?.Invoke(request);
        });
    }

    /// <summary>A request as older revisions have it.</summary>
    /// <param name="session">Null: none.</param>
    public Task<McpAnswer> AskInSessionAsync(string token, string? session, string method, string parameters = "{}") =>
        SendAsync(HttpMethod.Post, token, $$"""{"jsonrpc":"2.0","id":1,"method":"{{method}}","params":{{parameters}} }""", request =>
        {
            request.Headers.Add("MCP-Protocol-Version", Handshake);
            if (session is not null) request.Headers.Add("Mcp-Session-Id", session);
        });

    /// <returns>The session's id.</returns>
    public async Task<string> InitializeAsync(string token, string version = Handshake, string? stale = null)
    {
        var answer = await SendAsync(HttpMethod.Post, token,
            $$"""{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"{{version}}","capabilities":{},"clientInfo":{"name":"test","version":"1"} } }""",
            request =>
            {
                if (stale is not null) request.Headers.Add("Mcp-Session-Id", stale);
            });
        Assert.Equal(200, answer.Status);
        Assert.Equal(version, answer.Body.GetProperty("result").GetProperty("protocolVersion").GetString());
        return answer.Session!;
    }

    /// <param name="token">Null sends none.</param>
    public async Task<McpAnswer> SendAsync(HttpMethod method, string? token, string? body, Action<HttpRequestMessage>? change = null)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(method, Url);
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Accept.ParseAdd("application/json, text/event-stream");
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        change?.Invoke(request);
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return await McpAnswer.ReadAsync(response);
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private void AddTools() => server.Server.Context.Platform.Add(NotesTool.Over(server.Server.Context.Store, Waiting));
}

/// <param name="Body">The last message of a stream, or the JSON body; undefined when there is none.</param>
internal sealed record McpAnswer(int Status, JsonElement Body, string? Session, string? Challenge)
{
    public int? ErrorCode => Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty("error", out var error) ? error.GetProperty("code").GetInt32() : null;

    public static async Task<McpAnswer> ReadAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var json = response.Content.Headers.ContentType?.MediaType == "text/event-stream"
            ? text.Split('\n').Last(line => line.StartsWith("data: ", StringComparison.Ordinal))["data: ".Length..]
            : text;
        return new(
            (int)response.StatusCode, json.Length == 0 ? default : JsonElement.Parse(json),
            response.Headers.TryGetValues("Mcp-Session-Id", out var ids) ? ids.Single() : null, response.Headers.WwwAuthenticate.FirstOrDefault()?.ToString());
    }
}
