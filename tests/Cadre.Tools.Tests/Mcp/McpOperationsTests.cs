using System.Text.Json.Nodes;
using Cadre.Engine.Ports;
using Cadre.Engine.Tools;
using Cadre.Tools.Mcp;

namespace Cadre.Tools.Tests.Mcp;

public sealed class McpOperationsTests : IAsyncLifetime
{
    private readonly McpStage _stage = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _stage.DisposeAsync();

    [Fact]
    public async Task Health_tells_of_every_endpoint_how_it_is_now()
    {
        _stage.Stdio("well").Stdio("off", more: new() { ["disabled"] = true });
        _stage.Http("unset", "https://hub.example/mcp", new() { ["headers"] = new JsonObject { ["Authorization"] = "Bearer ${env:NOT_SET_ANYWHERE}" } });
        await using var tools = _stage.Server("wrong", new() { ["command"] = "x", ["oops"] = true }).Open();

        var health = (await tools.Operations().HealthAsync(Cancellation)).ToDictionary(one => one.Endpoint);

        var well = health["well"];
        Assert.Equal((McpStatus.Ok, "2026-07-28", "cadre-fixture", "3.1.4", 16, ""), (well.Status, well.Protocol, well.ServerName, well.ServerVersion, well.Tools, well.Reason));
        Assert.True(well.Latency > TimeSpan.Zero);
        Assert.Equal(McpStatus.Disabled, health["off"].Status);
        Assert.Equal((McpStatus.Failed, "The environment variable NOT_SET_ANYWHERE is not set."), (health["unset"].Status, health["unset"].Reason));
        Assert.Equal(McpStatus.Failed, health["wrong"].Status);
        Assert.Contains("Unknown key 'oops'", health["wrong"].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_file_is_an_unhealthy_mcp_json()
    {
        await using var tools = _stage.Write("{").Open();

        Assert.Equal(McpStatus.Failed, (await tools.HealthAsync("mcp.json")).Status);
        Assert.Empty(await tools.OfferedAsync());
    }

    [Fact]
    public async Task An_invocation_is_made_once_and_recorded_with_provenance_latency_and_status()
    {
        await using var tools = _stage.Stdio("fix").Open();

        var invocation = await tools.Operations().InvokeAsync("fix", "append", """{"text": "from the command line"}""", Cancellation);

        Assert.Equal(ToolStatus.Succeeded, invocation.Result.Status);
        Assert.Equal("mcp:fix", invocation.Provenance!.Source);
        Assert.Equal(["from the command line"], _stage.Effects("fix"));
        var entries = _stage.Audit.Of(AuditKinds.McpInvoke);
        Assert.Equal(["started", "succeeded"], entries.Select(entry => entry.Details["status"]));
        var last = entries[^1];
        Assert.Equal("user:tester", last.Actor);
        Assert.Equal(("fix", "append", "mcp:fix", "3.1.4", invocation.Provenance.Hash), (last.Details["endpoint"], last.Details["tool"], last.Details["source"], last.Details["version"], last.Details["hash"]));
        Assert.Matches("^[0-9]+$", last.Details["latency_ms"]);
        Assert.DoesNotContain("from the command line", _stage.Audit.AllText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fix", "add", """{"a": 1}""", "does not fit")]
    [InlineData("fix", "add", """{"a": 1, "b": "two"}""", "does not fit")]
    [InlineData("fix", "echo", """{"text": "x", "more": 1}""", "does not fit")]
    [InlineData("fix", "echo", "[]", "must be a JSON object")]
    [InlineData("fix", "echo", "{text: x}", "not valid JSON")]
    [InlineData("fix", "echo", """{"text": "x", "text": "y"}""", "not valid JSON")]
    [InlineData("fix", "nothing", "{}", "has no tool 'nothing'")]
    [InlineData("nowhere", "echo", "{}", "There is no endpoint 'nowhere'")]
    public async Task What_cannot_be_invoked_is_refused_with_a_reason_and_not_sent(string endpoint, string tool, string payload, string reason)
    {
        await using var tools = _stage.Stdio("fix").Open();

        var invocation = await tools.Operations().InvokeAsync(endpoint, tool, payload, Cancellation);

        Assert.Equal(ToolStatus.Denied, invocation.Result.Status);
        Assert.Contains(reason, invocation.Result.Output, StringComparison.Ordinal);
        Assert.Null(invocation.Latency);
        Assert.Empty(_stage.Effects("fix"));
        Assert.Empty(_stage.Audit.Of(AuditKinds.McpInvoke));
    }

    [Fact]
    public async Task A_quarantined_tool_is_not_invoked()
    {
        await using var tools = _stage.Stdio("fix", "poisoned").Open();

        var invocation = await tools.Operations().InvokeAsync("fix", "hidden", "{}", Cancellation);

        Assert.Equal(ToolStatus.Denied, invocation.Result.Status);
        Assert.Contains("Not taken without a person's look", invocation.Result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_edited_file_is_read_by_the_next_list()
    {
        await using var tools = _stage.Open();
        Assert.Empty(await tools.OfferedAsync());

        _stage.Stdio("fix");
        Assert.NotEmpty(await tools.OfferedAsync());
        Assert.Null(await tools.Operations().RemoveAsync("fix", Cancellation));
        Assert.Empty(await tools.OfferedAsync());
        Assert.DoesNotContain("\"fix\"", await File.ReadAllTextAsync(_stage.PinsPath, Cancellation), StringComparison.Ordinal);
        Assert.Null(tools.Operations().Add("other", """{"command": "ls"}"""));
        Assert.Equal("other", Assert.Single(await tools.Operations().HealthAsync(Cancellation)).Endpoint);
    }
}
