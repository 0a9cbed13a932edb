using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Cadre.Engine.Ports;
using Cadre.Engine.Tools;
using Cadre.Tools.Mcp;

namespace Cadre.Tools.Tests.Mcp;

/// <summary>Real servers in the real sandbox, well behaved and not.</summary>
public sealed class McpStdioTests : IAsyncLifetime
{
    private const string Canary = "canary-7f3a91c2e5d84b60";
    private readonly McpStage _stage = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _stage.DisposeAsync();

    [Theory]
    [InlineData(null, "2026-07-28")]
    [InlineData("2025-06-18", "2025-06-18")]
    public async Task A_tool_is_listed_and_called_in_both_eras_of_the_protocol(string? only, string negotiated)
    {
        await using var tools = _stage.Stdio("fix", protocol: only).Open();

        var echo = await tools.OfferedAsync("fix", "echo");
        var result = await echo.CallAsync("""{"text": "hällo"}""");

        Assert.Equal(ToolResult.Ok("hällo"), result);
        Assert.Equal(negotiated, (await tools.HealthAsync("fix")).Protocol);
        Assert.Equal(("mcp:fix", "3.1.4"), (echo.Descriptor.Provenance.Source, echo.Descriptor.Provenance.Version));
        Assert.Matches("^[0-9a-f]{64}$", echo.Descriptor.Provenance.Hash);
    }

    [Fact]
    public async Task An_effect_is_what_the_operator_says_and_not_what_the_server_hints()
    {
        await using var tools = _stage.Stdio("fix", more: new() { ["effects"] = new JsonObject { ["add"] = "read", ["append"] = "idempotent" } }).Open();

        Assert.Equal(Effect.Unsafe, (await tools.OfferedAsync("fix", "echo")).Descriptor.Effect);
        Assert.Equal(Effect.Read, (await tools.OfferedAsync("fix", "add")).Descriptor.Effect);
        Assert.Equal(Effect.Idempotent, (await tools.OfferedAsync("fix", "append")).Descriptor.Effect);
        Assert.Equal("readOnlyHint=true", (await tools.ListedAsync("fix", "echo")).Hints);
    }

    [Fact]
    public async Task Only_the_tools_that_the_operator_allows_are_offered()
    {
        await using var tools = _stage.Stdio("fix", more: new() { ["tools"] = McpStage.Strings("add") }).Open();

        Assert.Equal("mcp__fix__add", Assert.Single(await tools.OfferedAsync()).Descriptor.Name);
        Assert.Equal(McpToolState.NotAllowed, (await tools.ListedAsync("fix", "echo")).State);
    }

    [Fact]
    public async Task Structured_content_is_kept_beside_the_text()
    {
        await using var tools = _stage.Stdio("fix").Open();

        var result = await tools.CallAsync("fix", "add", """{"a": 40, "b": 2}""");

        Assert.Equal("42", result.Output);
        Assert.Equal(42, result.Structured!.Value.GetProperty("sum").GetInt32());
    }

    [Fact]
    public async Task What_is_not_text_is_described()
    {
        await using var tools = _stage.Stdio("fix").Open();

        Assert.Equal(
            "Here:\n[image, image/png, 3 bytes]\n[link file:///report.pdf, report]\n[resource note://1]\na note\n[resource blob://2, application/zip, 2 bytes]",
            (await tools.CallAsync("fix", "media")).Output);
    }

    [Fact]
    public async Task Terminal_sequences_and_hidden_characters_do_not_come_through()
    {
        await using var tools = _stage.Stdio("fix").Open();

        Assert.Equal("red bell drow zw tg\nnext.", (await tools.CallAsync("fix", "ansi")).Output);
    }

    [Fact]
    public async Task An_error_of_the_tool_or_of_the_protocol_is_a_failure_that_the_model_can_read()
    {
        await using var tools = _stage.Stdio("fix").Open();

        Assert.Equal(ToolResult.Failed("The disk is full."), await tools.CallAsync("fix", "fail"));
        var refused = await tools.CallAsync("fix", "refuse");
        Assert.Equal(ToolStatus.Failed, refused.Status);
        Assert.Contains("Not today.", refused.Output, StringComparison.Ordinal);
        Assert.Equal(ToolStatus.Succeeded, (await tools.CallAsync("fix", "add", """{"a": 1, "b": 1}""")).Status);
    }

    [Fact]
    public async Task Progress_is_shown_while_the_call_runs()
    {
        await using var tools = _stage.Stdio("fix").Open();
        var shown = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);

        var result = await (await tools.OfferedAsync("fix", "progress")).CallAsync(progress: text => shown.TrySetResult(text));

        Assert.Equal("done", result.Output);
        Assert.Equal("half way", await shown.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("sample", null)]
    [InlineData("elicit", null)]
    [InlineData("roots", null)]
    [InlineData("sample", "2025-06-18")]
    [InlineData("elicit", "2025-06-18")]
    [InlineData("roots", "2025-06-18")]
    public async Task A_server_that_asks_for_the_model_the_user_or_the_roots_is_declined(string tool, string? protocol)
    {
        await using var tools = _stage.Stdio("fix", protocol: protocol).Open();

        var declined = await tools.CallAsync("fix", tool);

        Assert.Equal(ToolStatus.Failed, declined.Status);
        Assert.Equal("still here", (await tools.CallAsync("fix", "echo", """{"text": "still here"}""")).Output);
    }

    [Fact]
    public async Task The_server_sees_nothing_of_the_environment_but_what_it_is_given()
    {
        Environment.SetEnvironmentVariable("CADRE_TEST_CANARY", Canary);
        _stage.Variables["GIVEN"] = "given-value-123456";
        await using var tools = _stage.Stdio("fix", more: new() { ["env"] = new JsonObject { ["DOTNET_EnableDiagnostics"] = "0", ["MINE"] = "${env:GIVEN}" } }).Open();

        var seen = (await tools.CallAsync("fix", "environment")).Output;

        Assert.Contains("MINE=${env:GIVEN}", seen, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, seen, StringComparison.Ordinal);
        Assert.DoesNotContain("given-value-123456", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("given-value-123456", _stage.Audit.AllText, StringComparison.Ordinal);
        Assert.DoesNotContain("given-value-123456", File.ReadAllText(_stage.PinsPath), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_server_reaches_no_network_even_if_mcp_json_asks_for_it_without_ALLOW_NET()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        await using var tools = _stage.Stdio("closed").Stdio("asking", more: new() { ["network"] = true }).Open();

        Assert.StartsWith("not reached", (await tools.CallAsync("closed", "reach", $$"""{"port": {{port}}}""")).Output, StringComparison.Ordinal);
        Assert.Equal((McpStatus.Failed, "It asks for the network, and ALLOW_NET is off."), Of(await tools.HealthAsync("asking")));
        Assert.False(listener.Pending());
    }

    [Fact]
    public async Task A_server_that_may_use_the_network_reaches_it()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _stage.Options = _stage.Options with { AllowNetwork = true };
        await using var tools = _stage.Stdio("open", more: new() { ["network"] = true }).Open();

        Assert.Equal("reached", (await tools.CallAsync("open", "reach", $$"""{"port": {{((IPEndPoint)listener.LocalEndpoint).Port}}}""")).Output);
    }

    [Fact]
    public async Task A_call_whose_server_dies_is_not_repeated_and_the_next_one_starts_it_anew()
    {
        await using var tools = _stage.Stdio("fix").Open();

        var crashed = await tools.CallAsync("fix", "crash");

        Assert.Equal(ToolStatus.Failed, crashed.Status);
        Assert.Contains("It may have happened all the same.", crashed.Output, StringComparison.Ordinal);
        Assert.Equal(["crash"], _stage.Effects("fix"));
        Assert.Equal("back", (await tools.CallAsync("fix", "echo", """{"text": "back"}""")).Output);
    }

    [Fact]
    public async Task A_call_that_may_be_repeated_is_tried_once_more()
    {
        await using var tools = _stage.Stdio("fix", more: new() { ["effects"] = new JsonObject { ["crash"] = "idempotent" } }).Open();

        Assert.Equal(ToolStatus.Failed, (await tools.CallAsync("fix", "crash")).Status);
        Assert.Equal(["crash", "crash"], _stage.Effects("fix"));
    }

    [Fact]
    public async Task The_idempotency_key_reaches_the_server()
    {
        await using var tools = _stage.Stdio("fix").Open();

        Assert.Equal("Appended with key key-1.", (await tools.CallAsync("fix", "append", """{"text": "x"}""")).Output);
        Assert.Equal(["x"], _stage.Effects("fix"));
    }

    [Fact]
    public async Task A_call_that_hangs_ends_after_the_endpoints_time()
    {
        await using var tools = _stage.Stdio("fix", more: new() { ["timeout_seconds"] = 1 }).Open();

        var hung = await tools.CallAsync("fix", "hang");

        Assert.Equal(ToolStatus.Failed, hung.Status);
        Assert.Contains("did not answer within 1 s", hung.Output, StringComparison.Ordinal);
        Assert.Equal("alive", (await tools.CallAsync("fix", "echo", """{"text": "alive"}""")).Output);
    }

    [Fact]
    public async Task A_call_that_its_caller_gives_up_is_cancelled_and_recorded()
    {
        await using var tools = _stage.Stdio("fix").Open();
        var hang = await tools.OfferedAsync("fix", "hang");
        using var cancellation = new CancellationTokenSource();

        var call = hang.CallAsync(cancellation: cancellation.Token);
        while (_stage.Effects("fix").Count == 0) await Task.Delay(20, TestContext.Current.CancellationToken);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal(["started", "cancelled"], _stage.Audit.Of(AuditKinds.McpInvoke).Select(entry => entry.Details["status"]));
    }

    [Fact]
    public async Task A_flood_is_cut_off_and_the_connection_opened_again()
    {
        await using var tools = _stage.Stdio("fix").Open();

        var flooded = await tools.CallAsync("fix", "flood", """{"mebibytes": 40}""");

        Assert.Equal(ToolStatus.Failed, flooded.Status);
        Assert.True(flooded.Output.Length < 2_000);
        Assert.Equal("dry", (await tools.CallAsync("fix", "echo", """{"text": "dry"}""")).Output);
    }

    [Fact]
    public async Task A_large_answer_within_the_limit_is_cut_in_the_middle()
    {
        await using var tools = _stage.Stdio("fix").Open();

        var large = await tools.CallAsync("fix", "flood", """{"mebibytes": 3}""");

        Assert.Equal(ToolStatus.Succeeded, large.Status);
        Assert.InRange(large.Output.Length, 1 << 20, (1 << 20) + 100);
        Assert.Contains("characters cut", large.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Junk_between_the_messages_is_passed_over()
    {
        await using var tools = _stage.Stdio("fix", mode: "junk").Open();

        Assert.Equal("heard", (await tools.CallAsync("fix", "echo", """{"text": "heard"}""")).Output);
    }

    [Theory]
    [InlineData("silent", "did not answer in time")]
    [InlineData("flood", "sent more than 16 MiB")]
    [InlineData("endlesslist", "")]
    [InlineData("broken", "cannot start: bad token ${env:SECRET}")]
    public async Task A_bad_server_costs_a_run_one_bounded_wait_and_no_other_server_its_tools(string mode, string reason)
    {
        _stage.Variables["SECRET"] = "s3cret-value-000111";
        _stage.Options = _stage.Options with { ConnectTimeout = TimeSpan.FromSeconds(8) };
        await using var tools = _stage.Stdio("good").Stdio("bad", mode, more: new() { ["env"] = new JsonObject { ["TOKEN"] = "${env:SECRET}", ["DOTNET_EnableDiagnostics"] = "0" } }).Open();

        var offered = await tools.OfferedAsync();
        var watch = Stopwatch.StartNew();
        var again = await tools.OfferedAsync();

        Assert.NotEmpty(offered);
        Assert.All(offered, tool => Assert.StartsWith("mcp__good__", tool.Descriptor.Name, StringComparison.Ordinal));
        Assert.Equal(offered.Count, again.Count);
        var health = await tools.HealthAsync("bad");
        Assert.Equal(McpStatus.Failed, health.Status);
        Assert.Contains(reason, health.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret-value-000111", health.Reason, StringComparison.Ordinal);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task A_program_that_does_not_exist_is_a_reason_and_not_an_exception()
    {
        await using var tools = _stage.Server("none", new() { ["command"] = "no-such-program-here" }).Open();

        var health = await tools.HealthAsync("none");

        Assert.Equal(McpStatus.Failed, health.Status);
        Assert.NotEmpty(health.Reason);
    }

    [Fact]
    public async Task A_call_that_cannot_be_recorded_is_not_made()
    {
        await using var tools = _stage.Stdio("fix").Open();
        var append = await tools.OfferedAsync("fix", "append");
        _stage.Audit.IsBroken = true;

        await Assert.ThrowsAsync<IOException>(() => append.CallAsync("""{"text": "x"}"""));

        Assert.Empty(_stage.Effects("fix"));
    }

    private static (McpStatus, string) Of(McpHealth health) => (health.Status, health.Reason);
}
