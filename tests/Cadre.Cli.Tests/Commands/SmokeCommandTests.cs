using System.Text.Json;
using Cadre.Simulator;

namespace Cadre.Cli.Tests.Commands;

public sealed class SmokeCommandTests
{
    [Fact]
    public async Task Both_wires_are_tested_and_the_evidence_and_the_matrix_are_made_of_it()
    {
        using var cadre = new CommandRunner();
        await using var endpoint = await SimulatorServer.StartAsync(SimulatorScript.BuiltIn, new(), TestContext.Current.CancellationToken);
        Use(cadre, endpoint.BaseUrl);
        var result = await cadre.RunAsync("smoke", "--matrix", "matrix.md");
        Assert.True(result.Code == 0, result.Out + result.Error);
        foreach (var wire in new[] { "responses", "chat" })
        {
            var evidence = Evidence(cadre, wire);
            Assert.Equal(wire, evidence.GetProperty("used").GetString());
            Assert.Equal(5, evidence.GetProperty("checks").GetArrayLength());
            Assert.All(evidence.GetProperty("checks").EnumerateArray(), check => Assert.True(check.GetProperty("passed").GetBoolean(), check.ToString()));
        }

        var rows = File.ReadAllLines(Path.Combine(cadre.Workspace, "matrix.md")).Where(line => line.Contains("| simulator |", StringComparison.Ordinal)).ToArray();
        Assert.Equal(2, rows.Length);
        Assert.Contains(endpoint.Requests, request => request.Path.EndsWith("/responses", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Forced_it_never_speaks_responses()
    {
        using var cadre = new CommandRunner();
        await using var endpoint = await SimulatorServer.StartAsync(SimulatorScript.BuiltIn, new(), TestContext.Current.CancellationToken);
        Use(cadre, endpoint.BaseUrl);
        cadre.Variables["AGENT_FORCE_CHAT_COMPLETIONS"] = "true";
        var result = await cadre.RunAsync("smoke", "--json");
        Assert.True(result.Code == 0, result.Out + result.Error);
        Assert.All(result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Equal("chat", JsonElement.Parse(line).GetProperty("used").GetString()));
        Assert.DoesNotContain(endpoint.Requests, request => request.Path.EndsWith("/responses", StringComparison.Ordinal));
        Assert.False(File.Exists(Path.Combine(cadre.StateDirectory, "evidence", "smoke-responses.json")));
    }

    [Fact]
    public async Task An_endpoint_without_responses_passes_by_the_other_wire()
    {
        using var cadre = new CommandRunner();
        await using var endpoint = await SimulatorServer.StartAsync(SimulatorScript.BuiltIn, new() { NoResponses = true }, TestContext.Current.CancellationToken);
        Use(cadre, endpoint.BaseUrl);
        var result = await cadre.RunAsync("smoke");
        Assert.True(result.Code == 0, result.Out + result.Error);
        Assert.Matches("(?m)^responses +absent", result.Out);
        Assert.Equal("chat", Evidence(cadre, "responses").GetProperty("used").GetString());
    }

    [Fact]
    public async Task An_endpoint_that_fails_is_exit_code_1_with_evidence()
    {
        using var cadre = new CommandRunner();
        var script = SimulatorScript.Parse("""
            name: broken
            otherwise: fail
            rules:
              - then: { fault: 400 }
            """);
        await using var endpoint = await SimulatorServer.StartAsync(script, new(), TestContext.Current.CancellationToken);
        Use(cadre, endpoint.BaseUrl);
        cadre.Variables["AGENT_FORCE_CHAT_COMPLETIONS"] = "true";
        var result = await cadre.RunAsync("smoke");
        Assert.True(result.Code == 1, result.Out + result.Error);
        Assert.Contains("FAILED", result.Out, StringComparison.Ordinal);
        Assert.Contains(Evidence(cadre, "chat").GetProperty("checks").EnumerateArray(), check => !check.GetProperty("passed").GetBoolean());
    }

    private static void Use(CommandRunner cadre, Uri baseUrl)
    {
        cadre.Variables["OPENAI_BASE_URL"] = baseUrl.ToString();
        cadre.Variables["AGENT_MODEL"] = "simulator";
    }

    private static JsonElement Evidence(CommandRunner cadre, string wire) =>
        JsonElement.Parse(File.ReadAllText(Path.Combine(cadre.StateDirectory, "evidence", $"smoke-{wire}.json")));
}
