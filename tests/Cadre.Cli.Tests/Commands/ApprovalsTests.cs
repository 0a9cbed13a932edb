using System.Text.Json;

namespace Cadre.Cli.Tests.Commands;

/// <summary>The simulator calls the first tool on offer when told to use it; the policy of these tests asks about that one.</summary>
public sealed class ApprovalsTests
{
    private const string Goal = "Use the tool list_directory in the workspace.";

    [Fact]
    public async Task A_call_that_needs_a_person_parks_the_run_until_it_is_decided_and_the_run_resumed()
    {
        using var cadre = new CommandRunner();
        var parked = await StartAsync(cadre);
        Assert.True(parked.Code == 1, parked.Error);
        Assert.Contains("waits for 1 approval", parked.Error, StringComparison.Ordinal);
        Assert.Contains("cadre approvals approve", parked.Error, StringComparison.Ordinal);

        var pending = JsonElement.Parse((await cadre.RunAsync("approvals", "--json")).Out);
        Assert.Equal("list_directory", pending.GetProperty("tool").GetString());

        var denied = await cadre.RunAsync("approvals", "deny", "last", "--comment", "not here");
        Assert.True(denied.Code == 0, denied.Error);
        Assert.Equal(1, (await cadre.RunAsync("approvals", "deny", "last")).Code);
        Assert.Empty((await cadre.RunAsync("approvals", "--json")).Out);

        var resumed = await cadre.RunAsync("resume", "last");
        Assert.NotEqual(2, resumed.Code);
        var events = await cadre.RunAsync("show", "last", "--events");
        Assert.Contains("\"approval.given\"", events.Out, StringComparison.Ordinal);
        Assert.Contains("not here", events.Out, StringComparison.Ordinal);
        Assert.Contains("approval", (await cadre.RunAsync("audit", "list", "--kind", "approval")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_parked_run_can_be_cancelled_without_a_model()
    {
        using var cadre = new CommandRunner();
        Assert.Equal(1, (await StartAsync(cadre)).Code);
        cadre.Variables["OPENAI_BASE_URL"] = "http://127.0.0.1:9/v1";
        var cancelled = await cadre.RunAsync("cancel", "last", "--reason", "changed my mind");
        Assert.True(cancelled.Code == 0, cancelled.Error);
        var shown = await cadre.RunAsync("show", "last");
        Assert.Contains("status   cancelled", shown.Out, StringComparison.Ordinal);
        Assert.Contains("changed my mind", shown.Out, StringComparison.Ordinal);
        Assert.Equal(130, (await cadre.RunAsync("resume", "last")).Code);
    }

    private static async Task<CommandResult> StartAsync(CommandRunner cadre)
    {
        await cadre.RunAsync("policies", "init");
        cadre.WriteHome(".config/cadre/policies/tools.yaml", """
            version: 1
            tools:
              - name: ask-listing
                tool: list_directory
                verdict: ask
                because: A person looks at each listing here.
            """);
        Assert.Equal(0, (await cadre.RunAsync("policies", "validate")).Code);
        return await cadre.RunAsync(Goal);
    }
}
