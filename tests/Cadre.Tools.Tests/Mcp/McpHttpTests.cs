using System.Text.Json.Nodes;
using Cadre.Engine.Policies;
using Cadre.Engine.Ports;
using Cadre.Engine.Tools;
using Cadre.McpFixture;
using Cadre.Tools.Mcp;

namespace Cadre.Tools.Tests.Mcp;

public sealed class McpHttpTests : IAsyncLifetime
{
    private const string Token = "fixture-token-0123456789";
    private readonly McpStage _stage = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _stage.DisposeAsync();

    [Fact]
    public async Task The_protocol_of_today_is_spoken_without_a_session()
    {
        await using var server = await StartAsync();
        await using var tools = _stage.Http("hub", server.Url).Open();

        Assert.Equal("over http", (await tools.CallAsync("hub", "echo", """{"text": "over http"}""")).Output);

        Assert.Equal("2026-07-28", (await tools.HealthAsync("hub")).Protocol);
        Assert.Contains("tools/call 2026-07-28", server.Requests);
        Assert.DoesNotContain(server.Requests, request => request.StartsWith("initialize", StringComparison.Ordinal));
        Assert.Equal(0, server.Sessions);
    }

    [Fact]
    public async Task An_older_server_is_spoken_to_in_a_session()
    {
        await using var server = await StartAsync("2025-11-25");
        await using var tools = _stage.Http("hub", server.Url).Open();

        Assert.Equal("old", (await tools.CallAsync("hub", "echo", """{"text": "old"}""")).Output);

        Assert.Equal("2025-11-25", (await tools.HealthAsync("hub")).Protocol);
        Assert.Equal(1, server.Sessions);
    }

    [Fact]
    public async Task A_session_that_the_server_forgot_is_begun_anew_and_the_effect_happens_once()
    {
        _stage.Options = _stage.Options with { ListFreshness = TimeSpan.FromHours(1) };
        await using var server = await StartAsync("2025-11-25");
        await using var tools = _stage.Http("hub", server.Url).Open();
        var append = await tools.OfferedAsync("hub", "append");

        await server.ForgetSessionsAsync();
        var result = await append.CallAsync("""{"text": "once"}""");

        Assert.Equal(ToolStatus.Succeeded, result.Status);
        Assert.Equal(["once"], await File.ReadAllLinesAsync(_stage["http-effects.txt"], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_server_that_comes_back_is_found_again()
    {
        await using var tools = _stage.Http("hub", "http://127.0.0.1:9/mcp").Open();
        Assert.Empty(await tools.OfferedAsync());
        Assert.Equal(McpStatus.Failed, (await tools.HealthAsync("hub")).Status);

        await using var server = await StartAsync();
        _stage.Http("hub", server.Url);

        Assert.Equal(McpStatus.Ok, (await tools.HealthAsync("hub")).Status);
    }

    [Fact]
    public async Task A_token_reaches_its_server_and_nobody_else()
    {
        _stage.Variables["HUB_TOKEN"] = Token;
        await using var server = await StartAsync();
        await using var tools = _stage.Http("hub", server.Url.Replace("/mcp", "/secret", StringComparison.Ordinal), Bearer()).Open();

        Assert.Equal("in", (await tools.CallAsync("hub", "echo", """{"text": "in"}""")).Output);
        Assert.Equal("it is ${env:HUB_TOKEN}", (await tools.CallAsync("hub", "echo", $$"""{"text": "it is {{Token}}"}""")).Output);
        Assert.DoesNotContain(Token, _stage.Audit.AllText, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, await File.ReadAllTextAsync(_stage.PinsPath, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_token_is_a_reason_that_does_not_show_it()
    {
        _stage.Variables["HUB_TOKEN"] = "wrong-token-9876543210";
        await using var server = await StartAsync();
        await using var tools = _stage.Http("hub", server.Url.Replace("/mcp", "/secret", StringComparison.Ordinal), Bearer()).Open();

        var health = await tools.HealthAsync("hub");

        Assert.Equal(McpStatus.Failed, health.Status);
        Assert.Contains("401", health.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-token", health.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_with_a_line_break_is_not_sent()
    {
        _stage.Variables["HUB_TOKEN"] = "a\r\nX-Evil: 1";
        await using var server = await StartAsync();
        await using var tools = _stage.Http("hub", server.Url, Bearer()).Open();

        Assert.Contains("control character", (await tools.HealthAsync("hub")).Reason, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task A_redirect_is_named_and_not_followed()
    {
        await using var server = await StartAsync();
        await using var tools = _stage.Http("hub", server.Url.Replace("/mcp", "/moved", StringComparison.Ordinal)).Open();

        var health = await tools.HealthAsync("hub");

        Assert.Equal(McpStatus.Failed, health.Status);
        Assert.Contains("redirects to localhost.localdomain", health.Reason, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Throttling_is_a_reason()
    {
        await using var server = await StartAsync();
        await using var tools = _stage.Http("hub", server.Url.Replace("/mcp", "/slow", StringComparison.Ordinal)).Open();

        Assert.Contains("429", (await tools.HealthAsync("hub")).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_no_rule_allows_is_not_dialled()
    {
        await using var tools = _stage.Http("hub", "http://192.0.2.7:81/mcp").Http("named", "https://10.1.2.3/mcp").Open();

        Assert.Contains("rule mcp.address", (await tools.HealthAsync("hub")).Reason, StringComparison.Ordinal);
        Assert.Contains("rule network.default", (await tools.HealthAsync("named")).Reason, StringComparison.Ordinal);
        Assert.All(_stage.Audit.Of(AuditKinds.Network), entry => Assert.Equal("deny", entry.Details["verdict"]));
        Assert.Contains(new HostUse("https", "10.1.2.3", 443), _stage.Judged);
    }

    [Fact]
    public async Task A_loopback_address_in_mcp_json_is_the_operators_word_and_still_in_the_audit()
    {
        await using var server = await StartAsync();
        await using var tools = _stage.Http("hub", server.Url).Open();

        var echo = await tools.OfferedAsync("hub", "echo");

        Assert.Empty(_stage.Judged);
        var dialled = _stage.Audit.Of(AuditKinds.Network)[0].Details;
        Assert.Equal(("mcp:hub", "127.0.0.1", "allow", "mcp.json"), (dialled["source"], dialled["address"], dialled["verdict"], dialled["rule"]));
        Assert.Empty(echo.Facts(default).Hosts);
    }

    [Fact]
    public async Task A_large_answer_is_cut_off()
    {
        await using var server = await StartAsync();
        await using var tools = _stage.Http("hub", server.Url).Open();

        Assert.Equal(ToolStatus.Failed, (await tools.CallAsync("hub", "flood", """{"mebibytes": 40}""")).Status);
        Assert.Equal("dry", (await tools.CallAsync("hub", "echo", """{"text": "dry"}""")).Output);
    }

    [Fact]
    public async Task A_changed_address_waits_for_approval()
    {
        await using var server = await StartAsync();
        await using (var first = _stage.Http("hub", server.Url).Open()) await first.OfferedAsync();
        var seen = server.Requests.Count;

        await using var second = _stage.Http("hub", server.Url + "?other").Open();

        Assert.Equal(McpStatus.Quarantined, (await second.HealthAsync("hub")).Status);
        Assert.Equal(seen, server.Requests.Count(request => !request.StartsWith("DELETE", StringComparison.Ordinal)));
    }

    private static JsonObject Bearer() => new() { ["headers"] = new JsonObject { ["Authorization"] = "Bearer ${env:HUB_TOKEN}" } };

    private Task<FixtureHttp> StartAsync(string? protocol = null) => FixtureHttp.StartAsync(new(FixtureMode.Honest, _stage["http-effects.txt"], protocol));
}
