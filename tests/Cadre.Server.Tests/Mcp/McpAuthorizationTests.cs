using System.Security.Cryptography;
using System.Text.Json;
using Cadre.Server.Identity.Tokens;
using Cadre.Server.Registry;
using Cadre.Server.Tests.Identity.Tokens;

namespace Cadre.Server.Tests.Mcp;

public sealed class MCP_as_a_protected_resource
{
    [Theory]
    [InlineData(".well-known/oauth-protected-resource")]
    [InlineData(".well-known/oauth-protected-resource/mcp")]
    public async Task Tells_anybody_where_tokens_come_from(string path)
    {
        await using var server = await TestServer.StartAsync(change: parts => parts with
        {
            PublicUrl = new("https://cadre.example"),
            Tokens = new TokenSettings { Issuer = "https://login.example/", Audience = "cadre" },
        });
        using var http = new HttpClient();
        var metadata = JsonElement.Parse(await http.GetStringAsync(new Uri(server.Server.Address, path), TestContext.Current.CancellationToken));
        Assert.Equal("https://cadre.example/mcp", metadata.GetProperty("resource").GetString());
        Assert.Equal(["https://login.example/"], Texts(metadata, "authorization_servers"));
        Assert.Equal(Grants.All, Texts(metadata, "scopes_supported"));
        Assert.Equal(["header"], Texts(metadata, "bearer_methods_supported"));
    }

    [Fact]
    public async Task Without_an_issuer_names_none_and_goes_by_its_own_address()
    {
        await using var server = await TestServer.StartAsync();
        using var http = new HttpClient();
        var metadata = JsonElement.Parse(await http.GetStringAsync(new Uri(server.Server.Address, ".well-known/oauth-protected-resource"), TestContext.Current.CancellationToken));
        Assert.Equal(new Uri(server.Server.Address, "mcp").ToString(), metadata.GetProperty("resource").GetString());
        Assert.False(metadata.TryGetProperty("authorization_servers", out _));
    }

    [Fact]
    public async Task Challenges_whoever_comes_without_a_token()
    {
        await using var harness = await McpHarness.StartAsync();
        var answer = await harness.SendAsync(HttpMethod.Post, null, "{}");
        Assert.Equal(401, answer.Status);
        var metadata = new Uri(harness.Server.Server.Address, ".well-known/oauth-protected-resource/mcp");
        Assert.Equal($"Bearer resource_metadata=\"{metadata}\", scope=\"{string.Join(' ', Grants.All)}\"", answer.Challenge);
        var inQuery = await harness.SendAsync(HttpMethod.Post, null, "{}", request => request.RequestUri = new($"{harness.Url}?access_token={McpHarness.Alice}"));
        Assert.Equal(401, inQuery.Status);
    }

    [Fact]
    public async Task Refuses_tokens_for_others_and_tokens_out_of_date()
    {
        await using var harness = await McpHarness.StartAsync();
        foreach (var token in new[] { TestServer.TokenOf("alice", audience: "https://other.example/mcp"), TestServer.TokenOf("alice", lifetime: TimeSpan.FromHours(-1)), McpHarness.Alice + "x" })
        {
            var answer = await harness.AskAsync(token, "tools/list");
            Assert.Equal(401, answer.Status);
            Assert.StartsWith("Bearer error=\"invalid_token\"", answer.Challenge, StringComparison.Ordinal);
            Assert.Contains("resource_metadata=", answer.Challenge, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("cadre", 200)]
    [InlineData("https://cadre.example/mcp", 200)]
    [InlineData("https://cadre.example", 401)]
    [InlineData("https://other.example/mcp", 401)]
    public async Task Takes_tokens_that_its_issuer_made_out_to_it(string audience, int status)
    {
        using var rsa = RSA.Create(2048);
        await using var issuer = await TestIssuer.StartAsync(Forge.Jwk(rsa, "a"));
        await using var harness = await McpHarness.StartAsync(parts => parts with
        {
            PublicUrl = new("https://cadre.example"), Tokens = new() { Issuer = issuer.Url, Audience = "cadre" }, PrivateHosts = [issuer.Authority],
        });
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var token = Forge.Compact("""{"alg":"RS256","kid":"a"}""", $$"""{"iss":"{{issuer.Url}}","sub":"alice","org":"acme","aud":["{{audience}}"],"iat":{{now}},"exp":{{now + 600}} }""", Forge.Rs(rsa));
        Assert.Equal(status, (await harness.AskAsync(token, "tools/list")).Status);
    }

    [Fact]
    public async Task Asks_for_more_when_a_token_was_not_granted_what_a_tool_needs()
    {
        await using var harness = await McpHarness.StartAsync();
        var limited = TestServer.TokenOf("alice", scope: "tasks:read");

        var listed = (await harness.AskAsync(limited, "tools/list")).Body.GetProperty("result").GetProperty("tools");
        var names = listed.EnumerateArray().Select(tool => tool.GetProperty("name").GetString()).ToList();
        Assert.Contains("notes_list", names);
        Assert.DoesNotContain("notes_add", names);
        var refused = await harness.AskAsync(limited, "tools/call", """{"name":"notes_add","arguments":{"text":"x"}}""", "notes_add");
        Assert.Equal((403, 1), (refused.Status, refused.Body.GetProperty("id").GetInt32()));
        Assert.StartsWith("Bearer error=\"insufficient_scope\"", refused.Challenge, StringComparison.Ordinal);
        Assert.EndsWith("scope=\"tasks:write\"", refused.Challenge, StringComparison.Ordinal);
        Assert.Equal(200, (await harness.AskAsync(TestServer.TokenOf("alice", scope: "tasks:read tasks:write"), "tools/call", """{"name":"notes_add","arguments":{"text":"x"}}""", "notes_add")).Status);
    }

    private static IEnumerable<string?> Texts(JsonElement metadata, string name) => [.. metadata.GetProperty(name).EnumerateArray().Select(text => text.GetString())];
}
