using System.Text.Json;
using Cadre.Engine.Ports;
using Cadre.Guard.Audit;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Cadre.Server.Tests.Mcp;

public sealed class The_platforms_tools_by_MCP
{
    [Theory]
    [InlineData(null)]
    [InlineData("2026-07-28")]
    [InlineData("2025-11-25")]
    [InlineData("2025-06-18")]
    [InlineData("2025-03-26")]
    [InlineData("2024-11-05")]
    public async Task Are_listed_and_called_in_every_revision(string? version)
    {
        await using var harness = await McpHarness.StartAsync();
        await using var client = await harness.ConnectAsync(McpHarness.Alice, version);

        Assert.Equal(version ?? McpHarness.Newest, client.NegotiatedProtocolVersion);
        Assert.Equal("cadre", client.ServerInfo?.Name);
        var tools = await client.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(["notes_add", "notes_clear", "notes_list", "notes_wait"], tools.Select(tool => tool.Name).Where(name => name.StartsWith("notes_", StringComparison.Ordinal)));
        await CallAsync(client, "notes_add", new() { ["text"] = "milk" });
        var listed = await CallAsync(client, "notes_list", []);
        Assert.Equal("""{"notes":["milk"]}""", listed.StructuredContent!.Value.GetRawText());
        Assert.Equal("""{"notes":["milk"]}""", Assert.IsType<TextContentBlock>(Assert.Single(listed.Content)).Text);
    }

    [Fact]
    public async Task Tell_honestly_what_they_do()
    {
        await using var harness = await McpHarness.StartAsync();
        var answer = await harness.AskAsync(McpHarness.Alice, "tools/list");

        var result = answer.Body.GetProperty("result");
        Assert.Equal("private", result.GetProperty("cacheScope").GetString());
        Assert.Equal("complete", result.GetProperty("resultType").GetString());
        Assert.True(result.GetProperty("ttlMs").GetInt32() > 0);
        var tools = result.GetProperty("tools").EnumerateArray().ToDictionary(tool => tool.GetProperty("name").GetString()!);
        Assert.Equal(tools.Keys.Order(StringComparer.Ordinal), tools.Keys);
        Assert.Equal((true, false, true, false), Hints(tools["notes_list"]));
        Assert.Equal((false, false, false, false), Hints(tools["notes_add"]));
        Assert.Equal((false, true, false, false), Hints(tools["notes_clear"]));
        Assert.All(tools.Values, tool => Assert.Equal("object", tool.GetProperty("outputSchema").GetProperty("type").GetString()));
    }

    [Fact]
    public async Task Tell_the_model_what_is_wrong_with_its_arguments()
    {
        await using var harness = await McpHarness.StartAsync();
        await using var client = await harness.ConnectAsync(McpHarness.Alice);

        var result = await CallAsync(client, "notes_add", new() { ["texts"] = "milk" }, error: true);
        Assert.Contains("do not fit", Assert.IsType<TextContentBlock>(result.Content[0]).Text, StringComparison.Ordinal);
        var unknown = await Assert.ThrowsAsync<McpProtocolException>(() => CallAsync(client, "notes_burn", []));
        Assert.Equal(McpErrorCode.InvalidParams, unknown.ErrorCode);
    }

    [Fact]
    public async Task Are_on_record_in_the_audit()
    {
        await using var harness = await McpHarness.StartAsync();
        await using (var client = await harness.ConnectAsync(McpHarness.Alice)) await CallAsync(client, "notes_add", new() { ["text"] = "milk" });

        var entries = await AuditReader.ReadAsync(harness.Server.Directory, new(), TestContext.Current.CancellationToken).Select(line => line.Entry!)
            .Where(entry => entry.Kind.StartsWith("tool_", StringComparison.Ordinal)).ToListAsync(TestContext.Current.CancellationToken);
        Assert.Equal([AuditKinds.ToolCall, AuditKinds.ToolResult], entries.Select(entry => entry.Kind));
        Assert.All(entries, entry =>
        {
            Assert.Equal($"user:{TestServer.PersonOf("alice")}", entry.Actor);
            Assert.Equal(("mcp", "acme", "notes_add"), (entry.Details["via"], entry.Details["organisation"], entry.Details["tool"]));
        });
    }

    private static (bool ReadOnly, bool Destructive, bool Idempotent, bool OpenWorld) Hints(JsonElement tool)
    {
        var hints = tool.GetProperty("annotations");
        bool Of(string name) => hints.GetProperty(name).GetBoolean();
        return (Of("readOnlyHint"), Of("destructiveHint"), Of("idempotentHint"), Of("openWorldHint"));
    }

    private static async Task<CallToolResult> CallAsync(McpClient client, string name, Dictionary<string, object?> arguments, bool error = false)
    {
        var result = await client.CallToolAsync(name, arguments, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(error, result.IsError == true);
        return result;
    }
}
