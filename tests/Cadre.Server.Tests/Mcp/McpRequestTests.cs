using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Cadre.Server.Mcp;

namespace Cadre.Server.Tests.Mcp;

public sealed class A_request_to_MCP
{
    private const string Meta = """{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}""";

    [Fact]
    public async Task That_stands_for_itself_discovers_the_server()
    {
        await using var harness = await McpHarness.StartAsync();
        var answer = await harness.AskAsync(McpHarness.Alice, "server/discover");
        var result = answer.Body.GetProperty("result");
        Assert.Equal(200, answer.Status);
        Assert.Null(answer.Session);
        Assert.Equal(["2026-07-28"], result.GetProperty("supportedVersions").EnumerateArray().Select(version => version.GetString()));
        Assert.Equal(("complete", "private"), (result.GetProperty("resultType").GetString(), result.GetProperty("cacheScope").GetString()));
        Assert.Equal(JsonValueKind.Number, result.GetProperty("ttlMs").ValueKind);
        Assert.Equal("cadre", result.GetProperty("_meta").GetProperty("io.modelcontextprotocol/serverInfo").GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("Mcp-Method", "tools/call")]
    [InlineData("Mcp-Method", null)]
    [InlineData("Mcp-Name", "notes_list")]
    [InlineData("Mcp-Name", "=?base64?bm90ZXNfbGlzdA==?=")]
    [InlineData("Mcp-Name", "=?base64?***?=")]
    [InlineData("Mcp-Name", null)]
    [InlineData("MCP-Protocol-Version", "2025-11-25")]
    [InlineData("MCP-Protocol-Version", null)]
    public async Task Is_refused_when_a_header_says_something_else_than_the_body(string header, string? value)
    {
        await using var harness = await McpHarness.StartAsync();
        var call = header == "Mcp-Name";
        var answer = await harness.AskAsync(McpHarness.Alice, call ? "tools/call" : "tools/list", call ? """{"name":"notes_add","arguments":{"text":"x"}}""" : "{}", call ? "notes_add" : null, request =>
        {
            request.Headers.Remove(header);
            if (value is not null) request.Headers.Add(header, value);
        });
        Assert.Equal((400, -32020, 1), (answer.Status, answer.ErrorCode, answer.Body.GetProperty("id").GetInt32()));
    }

    [Fact]
    public async Task May_have_its_name_encoded()
    {
        await using var harness = await McpHarness.StartAsync();
        var answer = await harness.AskAsync(McpHarness.Alice, "tools/call", """{"name":"notes_list","arguments":{}}""", "=?base64?bm90ZXNfbGlzdA==?=");
        Assert.Equal(200, answer.Status);
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"tools/list"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{"_meta":{}}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":[]}}}""")]
    public async Task Must_say_what_its_client_can(string body)
    {
        await using var harness = await McpHarness.StartAsync();
        var answer = await harness.SendAsync(HttpMethod.Post, McpHarness.Alice, body, request =>
        {
            request.Headers.Add("MCP-Protocol-Version", McpHarness.Newest);
            request.Headers.Add("Mcp-Method", "tools/list");
        });
        Assert.Equal((400, -32602, 7), (answer.Status, answer.ErrorCode, answer.Body.GetProperty("id").GetInt32()));
    }

    [Fact]
    public async Task Of_a_version_that_nobody_knows_is_told_which_there_are()
    {
        await using var harness = await McpHarness.StartAsync();
        var answer = await harness.SendAsync(HttpMethod.Post, McpHarness.Alice, """{"jsonrpc":"2.0","id":7,"method":"tools/list"}""", request => request.Headers.Add("MCP-Protocol-Version", "2099-01-01"));
        Assert.Equal((400, -32022), (answer.Status, answer.ErrorCode));
        var data = answer.Body.GetProperty("error").GetProperty("data");
        Assert.Equal("""{"requested":"2099-01-01","supported":["2026-07-28"]}""", data.GetRawText());
    }

    [Theory]
    [InlineData("initialize")]
    [InlineData("ping")]
    [InlineData("logging/setLevel")]
    [InlineData("resources/subscribe")]
    [InlineData("prompts/list")]
    [InlineData("no/such")]
    public async Task For_what_is_not_there_finds_nothing(string method)
    {
        await using var harness = await McpHarness.StartAsync();
        var answer = await harness.AskAsync(McpHarness.Alice, method);
        Assert.Equal((404, -32601, 1), (answer.Status, answer.ErrorCode, answer.Body.GetProperty("id").GetInt32()));
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0",""", 400, -32700)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}""", 400, -32700)]
    [InlineData("", 400, -32700)]
    [InlineData("""[{"jsonrpc":"2.0","id":1,"method":"ping"}]""", 400, -32600)]
    [InlineData("3", 400, -32600)]
    [InlineData("""{"id":1,"method":"ping"}""", 400, -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":7}""", 400, -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":{},"method":"ping"}""", 400, -32600)]
    public async Task That_is_no_message_is_refused(string body, int status, int code)
    {
        await using var harness = await McpHarness.StartAsync();
        var answer = await harness.SendAsync(HttpMethod.Post, McpHarness.Alice, body);
        Assert.Equal((status, code), (answer.Status, answer.ErrorCode));
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/event-stream")]
    [InlineData("text/html")]
    [InlineData(null)]
    public async Task Must_accept_both_kinds_of_answers(string? accept)
    {
        await using var harness = await McpHarness.StartAsync();
        var answer = await harness.AskAsync(McpHarness.Alice, "tools/list", change: request =>
        {
            request.Headers.Accept.Clear();
            if (accept is not null) request.Headers.Accept.ParseAdd(accept);
        });
        Assert.Equal(406, answer.Status);
    }

    [Fact]
    public async Task May_accept_anything()
    {
        await using var harness = await McpHarness.StartAsync();
        var answer = await harness.AskAsync(McpHarness.Alice, "tools/list", change: request =>
        {
            request.Headers.Accept.Clear();
            request.Headers.Accept.ParseAdd("*/*");
        });
        Assert.Equal(200, answer.Status);
    }

    [Fact]
    public async Task Must_be_JSON_of_a_bounded_size()
    {
        await using var harness = await McpHarness.StartAsync();
        Assert.Equal(415, (await harness.SendAsync(HttpMethod.Post, McpHarness.Alice, null, request => request.Content = new StringContent("{}", Encoding.UTF8, "text/plain"))).Status);
        var large = $$"""{"jsonrpc":"2.0","id":1,"method":"{{new string('x', McpPost.MaxBytes)}}"}""";
        Assert.Equal(413, (await harness.SendAsync(HttpMethod.Post, McpHarness.Alice, large)).Status);
        var deep = $$"""{"jsonrpc":"2.0","id":1,"method":"ping","params":{{string.Concat(Enumerable.Repeat("""{"a":""", 100))}}1{{new string('}', 101)}}""";
        Assert.Equal((400, -32700), await StatusAsync(harness, deep));
    }

    [Theory]
    [InlineData("evil.example", null, 403)]
    [InlineData("evil.example:5080", null, 403)]
    [InlineData("169.254.1.1", null, 403)]
    [InlineData("localhost", null, 200)]
    [InlineData("[::1]", null, 200)]
    [InlineData("cadre.example", null, 200)]
    [InlineData("127.0.0.1", "http://evil.example", 403)]
    [InlineData("127.0.0.1", "null", 403)]
    [InlineData("127.0.0.1", "http://127.0.0.1.evil.example", 403)]
    [InlineData("127.0.0.1", "http://localhost:6274", 200)]
    [InlineData("127.0.0.1", "https://cadre.example", 200)]
    public async Task Must_be_meant_for_this_server_and_come_from_no_foreign_page(string host, string? origin, int status)
    {
        await using var harness = await McpHarness.StartAsync(parts => parts with { PublicUrl = new("https://cadre.example") });
        var answer = await harness.AskAsync(McpHarness.Alice, "tools/list", change: request =>
        {
            request.Headers.Host = host;
            if (origin is not null) request.Headers.Add("Origin", origin);
        });
        Assert.Equal(status, answer.Status);
    }

    [Fact]
    public async Task Is_cancelled_by_closing_its_stream()
    {
        await using var harness = await McpHarness.StartAsync();
        using var leaving = new CancellationTokenSource();
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, harness.Url)
        {
            Content = new StringContent($$"""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"notes_wait","arguments":{},"_meta":{{Meta}} } }""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", McpHarness.Alice);
        request.Headers.Accept.ParseAdd("application/json, text/event-stream");
        foreach (var (name, value) in new[] { ("MCP-Protocol-Version", McpHarness.Newest), ("Mcp-Method", "tools/call"), ("Mcp-Name", "notes_wait") }) request.Headers.Add(name, value);
        var answer = http.SendAsync(request, leaving.Token);
        await harness.Waiting.Began.Task.WaitAsync(TestContext.Current.CancellationToken);
        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        await harness.Waiting.Ended.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Of_a_session_is_cancelled_by_a_notification()
    {
        await using var harness = await McpHarness.StartAsync();
        var session = await harness.InitializeAsync(McpHarness.Alice);
        var call = harness.AskInSessionAsync(McpHarness.Alice, session, "tools/call", """{"name":"notes_wait","arguments":{}}""");
        await harness.Waiting.Began.Task.WaitAsync(TestContext.Current.CancellationToken);
        var told = await harness.SendAsync(HttpMethod.Post, McpHarness.Alice, """{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1,"reason":"no more"}}""",
            request => request.Headers.Add("Mcp-Session-Id", session));

        Assert.Equal(202, told.Status);
        await harness.Waiting.Ended.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal(200, (await harness.AskInSessionAsync(McpHarness.Alice, session, "tools/list")).Status);
        Assert.Equal(JsonValueKind.Undefined, (await call.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken)).Body.ValueKind);
    }

    private static async Task<(int Status, int? Code)> StatusAsync(McpHarness harness, string body)
    {
        var answer = await harness.SendAsync(HttpMethod.Post, McpHarness.Alice, body);
        return (answer.Status, answer.ErrorCode);
    }
}
