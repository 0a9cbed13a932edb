using System.Text.Json;

namespace Cadre.Server.Tests.Agents;

public sealed class An_agent
{
    private const string Full = """
        {"model":"gpt-9","name":"Clerk","instructions":"Be brief.","metadata":{"team":"a"},"reasoning":{"effort":"low"},"service_tier":"flex",
         "text":{"verbosity":"low","format":{"type":"json_schema","schema":{"type":"object"}}},
         "tools":[{"type":"function","name":"count","description":"Counts.","parameters":{"type":"object","properties":{}}},{"type":"tool_search"}]}
        """;

    [Fact]
    public async Task Is_made_read_changed_listed_and_deleted()
    {
        await using var server = await TestServer.StartAsync();
        var (status, made) = await server.PostAsync("agents", Full);
        Assert.Equal(201, status);
        var id = made.GetProperty("id").GetString()!;
        Assert.StartsWith("agent_", id, StringComparison.Ordinal);
        Assert.Equal(("Clerk", "flex", "low", 2), (made.GetProperty("name").GetString(), made.GetProperty("service_tier").GetString(),
            made.GetProperty("reasoning").GetProperty("effort").GetString(), made.GetProperty("tools").GetArrayLength()));
        Assert.Equal("json_schema", made.GetProperty("text").GetProperty("format").GetProperty("type").GetString());
        Assert.False(made.GetProperty("tools")[0].GetProperty("defer_loading").GetBoolean());

        var (_, changed) = await server.PostAsync($"agents/{id}", """{"name":null,"reasoning":{"summary":"auto"}}""");
        Assert.Equal(JsonValueKind.Null, changed.GetProperty("name").ValueKind);
        Assert.Equal(("low", "auto", "Be brief."), (changed.GetProperty("reasoning").GetProperty("effort").GetString(),
            changed.GetProperty("reasoning").GetProperty("summary").GetString(), changed.GetProperty("instructions").GetString()));

        await server.PostAsync("agents", """{"model":"second"}""");
        var (_, page) = await server.GetAsync("agents?limit=1");
        Assert.True(page.GetProperty("has_more").GetBoolean());
        var (_, rest) = await server.GetAsync($"agents?limit=1&after={page.GetProperty("last_id").GetString()}");
        Assert.Equal(id, rest.GetProperty("data")[0].GetProperty("id").GetString());

        // The Assistants API's name for the same agent.
        Assert.Equal(200, (await server.GetAsync($"agents/asst_{id[6..]}")).Status);
        Assert.Equal("agent.deleted", (await server.DeleteAsync($"agents/{id}")).Body.GetProperty("object").GetString());
        var (gone, error) = await server.GetAsync($"agents/{id}");
        Assert.Equal((404, "not_found_error"), (gone, error.GetProperty("error").GetProperty("type").GetString()));
    }

    [Theory]
    [InlineData("{}", "model")]
    [InlineData("""{"model":7}""", "model")]
    [InlineData("""{"model":"m","metadata":{"a":1}}""", "metadata.a")]
    [InlineData("""{"model":"m","tools":{}}""", "tools")]
    [InlineData("""{"model":"m","tools":[{"type":"function","name":"no spaces"}]}""", "tools[0].name")]
    [InlineData("""{"model":"m","tools":[{"type":"computer_use"}]}""", "tools[0].type")]
    [InlineData("""{"model":"m","tools":[{"type":"web_search","mode":"live"}]}""", "tools[0].mode")]
    [InlineData("""{"model":"m","tools":[{"type":"mcp","server_label":"x","transport":{"type":"stdio","command":"sh","cwd":"/"}}]}""", "tools[0].transport.type")]
    [InlineData("""{"model":"m","multi_agent":{"enabled":true}}""", "multi_agent.enabled")]
    [InlineData("""{"model":"m","reasoning":{"effort":"huge"}}""", "reasoning.effort")]
    public async Task Is_refused_with_the_member_that_is_wrong(string body, string parameter)
    {
        await using var server = await TestServer.StartAsync();
        var (status, error) = await server.PostAsync("agents", body);
        Assert.Equal((400, parameter), (status, error.GetProperty("error").GetProperty("param").GetString()));
        Assert.Equal(200, (await server.GetAsync("agents")).Status);
    }

    [Fact]
    public async Task Is_not_there_for_another_organisation()
    {
        await using var server = await TestServer.StartAsync();
        var id = (await server.PostAsync("agents", Full)).Body.GetProperty("id").GetString();
        using var other = await server.OtherOrganisationAsync();
        Assert.Equal(404, (await TestServer.SendAsync(other, HttpMethod.Get, $"agents/{id}")).Status);
        Assert.Equal(404, (await TestServer.SendAsync(other, HttpMethod.Post, $"agents/{id}", "{}")).Status);
        Assert.Equal(404, (await TestServer.SendAsync(other, HttpMethod.Delete, $"agents/{id}")).Status);
        Assert.Equal(404, (await TestServer.SendAsync(other, HttpMethod.Post, "agents/sessions", $$"""{"environment":{"type":"none"},"agent_id":"{{id}}"}""")).Status);
        Assert.Equal(0, (await TestServer.SendAsync(other, HttpMethod.Get, "agents")).Body.GetProperty("data").GetArrayLength());
        Assert.Equal(200, (await server.GetAsync($"agents/{id}")).Status);
    }
}
