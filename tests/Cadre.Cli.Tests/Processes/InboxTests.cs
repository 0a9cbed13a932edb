namespace Cadre.Cli.Tests.Processes;

/// <summary>What is said in one terminal to the process that works in another.</summary>
public sealed class InboxTests
{
    private const string AskPolicy = """
        version: 1
        tools:
          - name: ask-listing
            tool: list_directory
            verdict: ask
            because: A person looks at each listing here.
        """;

    [Fact]
    public async Task A_working_process_reloads_its_policy_and_cancels_its_run()
    {
        using var place = new CommandRunner();
        Assert.Equal(0, (await place.RunAsync("policies", "init")).Code);
        var (simulator, url) = await SimulatorProcess.StartAsync(place, "--script", SimulatorProcess.Script("slow.yaml"));
        await using var serving = simulator;
        place.Variables["OPENAI_BASE_URL"] = url;
        place.Variables["AGENT_MODEL"] = "simulator";
        await using var process = CadreProcess.Start(place, "Describe workspace");
        await process.SaysAsync("planning");

        File.AppendAllText(place.Home(".config/cadre/policies/paths.yaml"), "\n# another text\n");
        var reload = await CadreProcess.RunAsync(place, "policies", "reload");
        Assert.True(reload.Code == 0, reload.Error);
        Assert.Contains($"The cadre process {process.Id}", reload.Error, StringComparison.Ordinal);

        var cancel = await CadreProcess.RunAsync(place, "cancel", "last", "--reason", "changed my mind");
        Assert.True(cancel.Code == 0, cancel.Error);
        Assert.Contains($"{process.Id}", cancel.Error, StringComparison.Ordinal);
        var ended = await process.EndAsync();
        Assert.True(ended.Code == 130, ended.Error);
        Assert.Contains("changed my mind", ended.Error, StringComparison.Ordinal);

        var reloads = await place.RunAsync("audit", "list", "--kind", "policy_reload", "--json");
        Assert.Contains("in force", reloads.Out, StringComparison.Ordinal);
        Assert.Equal(0, (await place.RunAsync("audit", "verify")).Code);
    }

    [Fact]
    public async Task A_process_that_asks_on_a_terminal_takes_the_answer_of_another()
    {
        using var place = new CommandRunner();
        place.Write("README.md", "# Orchard\n");
        await place.RunAsync("policies", "init");
        place.WriteHome(".config/cadre/policies/tools.yaml", AskPolicy);
        await using var process = CadreProcess.StartOnTerminal(place, "no such prompt", "", "Use the tool list_directory in the workspace.");
        await process.SaysAsync("Approve\\?");
        var approved = await CadreProcess.RunAsync(place, "approvals", "approve", "last", "--comment", "from elsewhere");
        Assert.True(approved.Code == 0, approved.Error);
        var given = await GivenAsync(place);
        Assert.Contains("from elsewhere", given, StringComparison.Ordinal);
        Assert.Contains("\"approved\":\"true\"", given, StringComparison.Ordinal);
    }

    private static async Task<string> GivenAsync(CommandRunner place)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (true)
        {
            var listed = await place.RunAsync("audit", "list", "--kind", "approval", "--json");
            if (listed.Out.Contains("\"approved\":", StringComparison.Ordinal)) return listed.Out;
            await Task.Delay(100, late.Token);
        }
    }
}
