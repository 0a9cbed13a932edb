using System.Text.Json;
using Cadre.McpFixture;
using Cadre.Server.Hosting;
using Cadre.Tools.Mcp;

namespace Cadre.Server.Tests.McpEndpoints;

public sealed class An_organisations_MCP_endpoint
{
    private const string Secret = "hub-secret-0123456789";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Offers_its_tools_to_the_runs_of_its_organisation_and_to_no_other()
    {
        await using var stage = await EndpointStage.StartAsync();
        await using var hub = await stage.FixtureAsync();
        await stage.CreateAsync($$"""{"name":"hub","url":"{{hub.Url}}"}""");
        using var others = await stage.Server.OtherOrganisationAsync();

        Assert.Equal("Tool: hello", await EndpointStage.AskAsync(stage.Server.Http, "hello"));
        Assert.Equal("Nothing was offered.", await EndpointStage.AskAsync(others, "hello"));
        Assert.Equal("Nothing was offered.", await EndpointStage.AskAsync(stage.Server.Http, "hello", """[{"type":"mcp","server_label":"hubs"}]"""));
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("PATCH", "")]
    [InlineData("DELETE", "")]
    [InlineData("GET", "/tools")]
    [InlineData("POST", "/approve")]
    [InlineData("GET", "/health")]
    [InlineData("GET", "/health/history")]
    public async Task Is_not_there_for_another_organisation(string method, string path)
    {
        await using var stage = await EndpointStage.StartAsync();
        await stage.CreateAsync("""{"name":"hub","url":"https://mcp.example.com/mcp"}""");
        var (_, key) = await stage.Server.Server.Context.Keys.CreateAsync(new("other", "eve"), new("other", "") { Administrator = true }, secret: null, Stop);
        using var others = stage.Server.ClientOf(key);

        var (there, shown) = await TestServer.SendAsync(others, new(method), $"{EndpointStage.Path}/hub{path}", method is "GET" or "DELETE" ? null : "{}");
        var (_, nowhere) = await TestServer.SendAsync(others, new(method), $"{EndpointStage.Path}/hut{path}", method is "GET" or "DELETE" ? null : "{}");

        Assert.Equal(404, there);
        Assert.Equal(nowhere.ToString().Replace("hut", "hub", StringComparison.Ordinal), shown.ToString());
        Assert.Equal(200, (await stage.Server.GetAsync($"{EndpointStage.Path}/hub")).Status);
    }

    [Fact]
    public async Task Is_seen_by_everybody_of_its_organisation_and_changed_by_administrators_only()
    {
        await using var stage = await EndpointStage.StartAsync();
        await stage.CreateAsync("""{"name":"hub","url":"https://mcp.example.com/mcp"}""");
        var (_, key) = await stage.Server.Server.Context.Keys.CreateAsync(new("default", "user_alice"), new("alice", ""), secret: null, Stop);
        using var alice = stage.Server.ClientOf(key);

        Assert.Equal(200, (await TestServer.SendAsync(alice, HttpMethod.Get, $"{EndpointStage.Path}/hub")).Status);
        Assert.Equal(403, (await TestServer.SendAsync(alice, HttpMethod.Post, EndpointStage.Path, """{"name":"own","url":"https://mcp.example.com/mcp"}""")).Status);
        Assert.Equal(403, (await TestServer.SendAsync(alice, HttpMethod.Patch, $"{EndpointStage.Path}/hub", """{"enabled":false}""")).Status);
        Assert.Equal(403, (await TestServer.SendAsync(alice, HttpMethod.Post, $"{EndpointStage.Path}/hub/approve", """{"hashes":[]}""")).Status);
        Assert.Equal(403, (await TestServer.SendAsync(alice, HttpMethod.Delete, $"{EndpointStage.Path}/hub")).Status);
    }

    [Fact]
    public async Task Sends_its_secret_header_and_shows_it_to_nobody()
    {
        await using var stage = await EndpointStage.StartAsync();
        await using var hub = await stage.FixtureAsync();
        var url = hub.Url.Replace("/mcp", "/secret", StringComparison.Ordinal);
        var made = await stage.CreateAsync($$$"""{"name":"hub","url":"{{{url}}}","headers":{"Authorization":"Bearer fixture-token-0123456789"}}""");

        Assert.Equal("Tool: it is ${env:HEADER_0}", await EndpointStage.AskAsync(stage.Server.Http, "it is Bearer fixture-token-0123456789"));
        Assert.Equal("********", made.GetProperty("headers").GetProperty("Authorization").GetString());
        Assert.DoesNotContain("fixture-token", (await stage.Server.GetAsync(EndpointStage.Path)).Body.ToString(), StringComparison.Ordinal);
        await stage.CreateAsync($$$"""{"name":"other","url":"{{{url}}}","headers":{"X-Secret":"{{{Secret}}}"}}""");
        await stage.Server.Server.StopAsync(TimeSpan.Zero);
        Assert.DoesNotContain(Secret, stage.State(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whose_address_changes_gets_none_of_the_old_secrets_and_is_pinned_anew()
    {
        await using var stage = await EndpointStage.StartAsync();
        await using var hub = await stage.FixtureAsync();
        await stage.CreateAsync($$$"""{"name":"hub","url":"{{{hub.Url}}}","headers":{"X-Secret":"{{{Secret}}}"}}""");
        Assert.Equal("ok", (await stage.Server.GetAsync($"{EndpointStage.Path}/hub/health")).Body.GetProperty("status").GetString());

        var (status, changed) = await TestServer.SendAsync(stage.Server.Http, HttpMethod.Patch, $"{EndpointStage.Path}/hub", $$"""{"url":"{{hub.Url}}?elsewhere"}""");

        Assert.Equal(200, status);
        Assert.Empty(changed.GetProperty("headers").EnumerateObject());
        Assert.Equal("unknown", changed.GetProperty("status").GetString());
        Assert.Empty((await stage.Server.GetAsync($"{EndpointStage.Path}/hub/health/history")).Body.GetProperty("data").EnumerateArray());
        Assert.Equal("Tool: anew", await EndpointStage.AskAsync(stage.Server.Http, "anew"));
    }

    [Fact]
    public async Task That_changes_a_tool_has_it_in_quarantine_until_what_was_seen_is_approved()
    {
        await using var stage = await EndpointStage.StartAsync();
        await using var hub = await stage.FixtureAsync(FixtureMode.Changing);
        await stage.CreateAsync($$"""{"name":"hub","url":"{{hub.Url}}"}""");
        var first = await ToolAsync(stage, "echo");
        var second = await ToolAsync(stage, "echo");

        Assert.Equal(("offered", "quarantined"), (first.GetProperty("state").GetString(), second.GetProperty("state").GetString()));
        Assert.Contains("+ description: ", second.GetProperty("diff").GetString(), StringComparison.Ordinal);
        Assert.Equal("Nothing was offered.", await EndpointStage.AskAsync(stage.Server.Http, "changed"));
        var old = $$"""{"tool":"echo","hashes":["{{first.GetProperty("hash").GetString()}}"]}""";
        Assert.Equal(409, (await stage.Server.PostAsync($"{EndpointStage.Path}/hub/approve", old)).Status);

        var (status, approved) = await stage.Server.PostAsync($"{EndpointStage.Path}/hub/approve", $$"""{"tool":"echo","hashes":["{{second.GetProperty("hash").GetString()}}"]}""");

        Assert.Equal(200, status);
        Assert.Equal("echo", Assert.Single(approved.GetProperty("data").EnumerateArray()).GetProperty("name").GetString());
        Assert.Equal("Tool: changed", await EndpointStage.AskAsync(stage.Server.Http, "changed"));
    }

    [Fact]
    public async Task Keeps_a_history_of_its_health()
    {
        await using var stage = await EndpointStage.StartAsync();
        await using (var hub = await stage.FixtureAsync())
        {
            await stage.CreateAsync($$"""{"name":"hub","url":"{{hub.Url}}"}""");
            var (_, health) = await stage.Server.GetAsync($"{EndpointStage.Path}/hub/health");
            Assert.Equal(("ok", "2026-07-28"), (health.GetProperty("status").GetString(), health.GetProperty("protocol").GetString()));
        }

        Assert.Equal("failed", (await stage.Server.GetAsync($"{EndpointStage.Path}/hub/health")).Body.GetProperty("status").GetString());
        await stage.Server.RestartAsync(EndpointStage.Allowing);
        var history = (await stage.Server.GetAsync($"{EndpointStage.Path}/hub/health/history")).Body.GetProperty("data").EnumerateArray().ToArray();

        Assert.Equal(["failed", "ok"], history.Select(check => check.GetProperty("status").GetString()));
        Assert.True(history[1].GetProperty("latency_ms").GetDouble() > 0);
        Assert.Equal("failed", (await stage.Server.GetAsync($"{EndpointStage.Path}/hub")).Body.GetProperty("status").GetString());
    }

    [Fact]
    public async Task Holds_its_tools_to_its_own_rules()
    {
        await using var stage = await EndpointStage.StartAsync();
        await using var hub = await stage.FixtureAsync();
        await stage.CreateAsync($$"""{"name":"hub","url":"{{hub.Url}}","tools":["echo","add"],"policies":{"echo":{"verdict":"deny","effect":"read"} } }""");

        Assert.Contains("Denied by rule 'mcp.endpoint'", await EndpointStage.AskAsync(stage.Server.Http, "no"), StringComparison.Ordinal);
        Assert.Equal("read", (await ToolAsync(stage, "echo")).GetProperty("effect").GetString());
        Assert.Equal("not_allowed", (await ToolAsync(stage, "append")).GetProperty("state").GetString());
        Assert.DoesNotContain("tools/call", string.Join(' ', hub.Requests), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Never_stands_in_for_one_of_the_operators()
    {
        await using var stage = await EndpointStage.StartAsync();
        await using var hub = await stage.FixtureAsync();
        await stage.CreateAsync($$"""{"name":"hub","url":"{{hub.Url}}"}""");
        var file = Path.Combine(stage.Server.Directory, "mcp.json");
        File.WriteAllText(file, """{"mcpServers":{"hub":{"url":"http://127.0.0.1:9/mcp","disabled":true}}}""");
        await stage.Server.RestartAsync(parts => EndpointStage.Allowing(WithOperators(parts, file)));

        Assert.Equal("Nothing was offered.", await EndpointStage.AskAsync(stage.Server.Http, "hello"));
        Assert.Equal("shadowed", (await stage.Server.GetAsync($"{EndpointStage.Path}/hub")).Body.GetProperty("status").GetString());
        await stage.Server.DeleteAsync($"{EndpointStage.Path}/hub");
        Assert.Equal(409, (await stage.Server.PostAsync(EndpointStage.Path, $$"""{"name":"hub","url":"{{hub.Url}}"}""")).Status);
    }

    [Theory]
    [InlineData("http://mcp.example.com/mcp")]
    [InlineData("https://localhost/mcp")]
    [InlineData("https://a.localhost/mcp")]
    [InlineData("https://127.0.0.2/mcp")]
    [InlineData("https://2852039166/mcp")]
    [InlineData("https://0xa.1/mcp")]
    [InlineData("https://[::1]/mcp")]
    [InlineData("https://[::ffff:10.0.0.1]/mcp")]
    [InlineData("https://10.0.0.1/mcp")]
    [InlineData("https://169.254.169.254/latest/meta-data")]
    [InlineData("https://user@mcp.example.com/mcp")]
    [InlineData("https://${env:HOME}.example.com/mcp")]
    [InlineData("https://mcp.example.com/${env:OPENAI_API_KEY}")]
    [InlineData("file:///etc/passwd")]
    [InlineData("stdio:cat")]
    public async Task Has_a_public_https_address(string url)
    {
        await using var stage = await EndpointStage.StartAsync();

        var (status, body) = await stage.Server.PostAsync(EndpointStage.Path, $$"""{"name":"hub","url":"{{url}}"}""");

        Assert.Equal((400, "invalid_url"), (status, body.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task That_no_network_rule_allows_is_not_dialled_and_the_attempt_is_on_record()
    {
        await using var stage = await EndpointStage.StartAsync();
        await stage.CreateAsync("""{"name":"hub","url":"https://93.184.216.34/mcp"}""");

        var (_, health) = await stage.Server.GetAsync($"{EndpointStage.Path}/hub/health");

        Assert.Equal("failed", health.GetProperty("status").GetString());
        Assert.Contains("rule network.off", health.GetProperty("reason").GetString(), StringComparison.Ordinal);
        await stage.Server.Server.StopAsync(TimeSpan.Zero);
        Assert.Contains("\"93.184.216.34\"", stage.State(), StringComparison.Ordinal);
    }

    private static ServerParts WithOperators(ServerParts parts, string file) =>
        parts with { Tools = [new McpTools(new(file, parts.StateDirectory, parts.StateDirectory), parts.Sandbox, parts.Audit, parts.Time)] };

    private static async Task<JsonElement> ToolAsync(EndpointStage stage, string name)
    {
        var (_, body) = await stage.Server.GetAsync($"{EndpointStage.Path}/hub/tools");
        return body.GetProperty("data").EnumerateArray().Single(tool => tool.GetProperty("name").GetString() == name);
    }
}
