using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cadre.Cli.Tests.Processes;

namespace Cadre.Cli.Tests.Commands;

/// <summary>Against a real server over standard input and output, in the sandbox.</summary>
public sealed class McpCommandTests
{
    private static readonly string DotNet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"));

    [Fact]
    public async Task A_server_is_asked_listed_and_called_under_the_policy_and_on_record()
    {
        using var cadre = new CommandRunner();
        Configure(cadre, "honest");
        var health = JsonElement.Parse((await cadre.RunAsync("mcp", "health", "--json")).Out);
        Assert.Equal("ok", health.GetProperty("status").GetString());
        Assert.True(health.GetProperty("latency_ms").GetDouble() > 0);
        Assert.Contains("echo", (await cadre.RunAsync("mcp", "list", "fixture")).Out, StringComparison.Ordinal);

        string[] call = ["mcp", "invoke", "fixture", "echo", "--payload", """{"text":"apple"}"""];
        var headless = await cadre.RunAsync(call);
        Assert.True(headless.Code == 1, headless.Out);
        Assert.Contains("rule tools.mcp", headless.Error, StringComparison.Ordinal);
        Assert.Contains("--approve auto", headless.Error, StringComparison.Ordinal);
        Assert.Empty((await cadre.RunAsync("audit", "list", "--kind", "mcp_invoke", "--json")).Out);

        var called = await cadre.RunAsync([.. call, "--approve", "auto"]);
        Assert.True(called.Code == 0, called.Error);
        Assert.Contains("apple", called.Out, StringComparison.Ordinal);
        Assert.Contains("\"status\":\"succeeded\"", (await cadre.RunAsync("audit", "list", "--kind", "mcp_invoke", "--json")).Out, StringComparison.Ordinal);
        Assert.Equal(1, (await cadre.RunAsync("mcp", "invoke", "fixture", "echo", "--payload", "{", "--approve", "auto")).Code);
        Assert.Equal(1, (await cadre.RunAsync("mcp", "invoke", "fixture", "nonesuch", "--approve", "auto")).Code);
    }

    [Fact]
    public async Task What_the_policy_denies_is_not_called_whoever_approves()
    {
        using var cadre = new CommandRunner();
        Configure(cadre, "honest");
        await cadre.RunAsync("policies", "init");
        cadre.WriteHome(".config/cadre/policies/tools.yaml", """
            version: 1
            tools:
              - name: no-fixture
                source: "mcp:fixture"
                verdict: deny
                because: "Not this server."
            """);
        var refused = await cadre.RunAsync("mcp", "invoke", "fixture", "echo", "--payload", """{"text":"apple"}""", "--approve", "auto");
        Assert.Equal(1, refused.Code);
        Assert.Contains("rule tools.no-fixture: Not this server.", refused.Error, StringComparison.Ordinal);
        Assert.Contains("no-fixture", (await cadre.RunAsync("audit", "list", "--kind", "tool_refused", "--json")).Out, StringComparison.Ordinal);
        Assert.Empty((await cadre.RunAsync("audit", "list", "--kind", "mcp_invoke", "--json")).Out);
    }

    [Fact]
    public async Task A_person_on_a_terminal_is_asked_before_a_call()
    {
        using var cadre = new CommandRunner();
        Configure(cadre, "honest");
        cadre.Variables["TERM"] = "dumb";
        await using var process = CadreProcess.StartOnTerminal(cadre, "Make this call?", "y", "mcp", "invoke", "fixture", "echo", "--payload", """{"text":"pear"}""");
        var ended = await process.EndAsync();
        Assert.True(ended.Code == 0, ended.Out);
        Assert.Contains("\"outcome\":\"approved\"", (await cadre.RunAsync("audit", "list", "--kind", "approval", "--json")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_address_is_shown_and_approved_only_with_a_word()
    {
        using var cadre = new CommandRunner();
        Configure(cadre, "honest");
        Assert.Equal(0, (await cadre.RunAsync("mcp", "health")).Code);
        Configure(cadre, "honest", "--effects", "elsewhere.txt");
        Assert.Contains("quarantined", (await cadre.RunAsync("mcp", "health")).Out, StringComparison.Ordinal);

        var headless = await cadre.RunAsync("mcp", "approve", "fixture");
        Assert.Equal(1, headless.Code);
        Assert.Contains("elsewhere.txt", headless.Error, StringComparison.Ordinal);
        Assert.Contains("--yes", headless.Error, StringComparison.Ordinal);
        Assert.Contains("quarantined", (await cadre.RunAsync("mcp", "health")).Out, StringComparison.Ordinal);

        var approved = await cadre.RunAsync("mcp", "approve", "fixture", "--yes");
        Assert.True(approved.Code == 0, approved.Error);
        Assert.Contains("ok", (await cadre.RunAsync("mcp", "health")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hidden_text_is_shown_before_it_is_approved_and_damaged_pins_stop_all()
    {
        using var cadre = new CommandRunner();
        Configure(cadre, "poisoned");
        var headless = await cadre.RunAsync("mcp", "approve", "fixture", "hidden");
        Assert.Equal(1, headless.Code);
        Assert.Contains("hidden", headless.Error, StringComparison.Ordinal);
        var approved = await cadre.RunAsync("mcp", "approve", "fixture", "hidden", "--yes");
        Assert.True(approved.Code == 0, approved.Error);
        Assert.StartsWith("approved fixture hidden ", approved.Out, StringComparison.Ordinal);

        File.WriteAllText(Path.Combine(cadre.StateDirectory, "mcp", "pins.json"), "{");
        var damaged = await cadre.RunAsync("mcp", "invoke", "fixture", "echo", "--payload", """{"text":"x"}""", "--approve", "auto");
        Assert.Equal(1, damaged.Code);
        Assert.Contains("pins.json", damaged.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", damaged.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Servers_are_added_and_removed()
    {
        using var cadre = new CommandRunner();
        Assert.Equal(0, (await cadre.RunAsync("mcp", "add", "files", "--", "files-server", "--root", ".")).Code);
        Assert.Equal(0, (await cadre.RunAsync("mcp", "add", "hub", "--url", "https://mcp.example.com/mcp")).Code);
        Assert.Equal(1, (await cadre.RunAsync("mcp", "add", "hub", "--url", "https://mcp.example.com/mcp")).Code);
        Assert.Equal(2, (await cadre.RunAsync("mcp", "add", "neither")).Code);
        var file = JsonNode.Parse(File.ReadAllText(cadre.Home(".local/share/cadre/tools/mcp.json")))!["mcpServers"]!.AsObject();
        Assert.Equal(["files", "hub"], file.Select(server => server.Key));
        Assert.Equal(0, (await cadre.RunAsync("mcp", "remove", "hub")).Code);
        Assert.Equal(1, (await cadre.RunAsync("mcp", "remove", "hub")).Code);
    }

    private static void Configure(CommandRunner cadre, string mode, params string[] more)
    {
        var endpoint = new JsonObject
        {
            ["command"] = DotNet,
            ["args"] = Strings([Path.Combine(AppContext.BaseDirectory, "Cadre.McpFixture.dll"), "--mode", mode, .. more]),
            ["env"] = new JsonObject { ["DOTNET_EnableDiagnostics"] = "0", ["DOTNET_TieredPGO"] = "0" },
            ["read_only"] = Strings([Path.GetDirectoryName(DotNet)!, AppContext.BaseDirectory.TrimEnd('/')]),
        };
        cadre.WriteHome(".local/share/cadre/tools/mcp.json", new JsonObject { ["mcpServers"] = new JsonObject { ["fixture"] = endpoint } }.ToJsonString());
    }

    private static JsonArray Strings(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode?)text)]);
}
