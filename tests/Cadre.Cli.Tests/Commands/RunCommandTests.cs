using System.Text.Json;

namespace Cadre.Cli.Tests.Commands;

public sealed class RunCommandTests
{
    [Fact]
    public async Task A_goal_ends_with_a_true_answer_alone_on_standard_output()
    {
        using var cadre = new CommandRunner();
        cadre.Write("README.md", "# Orchard\n\nKeeps apples.\n");
        cadre.Write("src/apples.txt", "Boskoop\n");
        var result = await cadre.RunAsync("Describe workspace");
        Assert.True(result.Code == 0, result.Error);
        Assert.Contains("README.md", result.Out, StringComparison.Ordinal);
        Assert.Contains("No language model is configured", result.Error, StringComparison.Ordinal);
        Assert.Contains("OPENAI_BASE_URL", result.Error, StringComparison.Ordinal);
        Assert.Contains("plan:", result.Error, StringComparison.Ordinal);
        Assert.Contains("completed in", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("completed in", result.Out, StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(cadre.StateDirectory, "run-*.jsonl"), file => !Path.GetFileName(file)[4..^6].Contains('.'));

        var verified = await cadre.RunAsync("audit", "verify");
        Assert.True(verified.Code == 0, verified.Out + verified.Error);
        Assert.StartsWith("intact:", verified.Out, StringComparison.Ordinal);

        var runs = await cadre.RunAsync("runs");
        Assert.Contains("completed", runs.Out, StringComparison.Ordinal);
        Assert.Contains("Describe workspace", runs.Out, StringComparison.Ordinal);

        var shown = await cadre.RunAsync("show", "last");
        Assert.Contains("status   completed", shown.Out, StringComparison.Ordinal);
        Assert.Contains("list_directory", shown.Out, StringComparison.Ordinal);

        var again = await cadre.RunAsync("resume", "last", "--quiet");
        Assert.Equal((0, result.Out), (again.Code, again.Out));
    }

    [Fact]
    public async Task Json_is_one_event_a_line_from_the_start_of_the_run_to_its_end()
    {
        using var cadre = new CommandRunner();
        cadre.Write("README.md", "# Orchard\n");
        var result = await cadre.RunAsync("--json", "Describe workspace");
        Assert.True(result.Code == 0, result.Error);
        var events = result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line)).ToArray();
        var root = events[0].GetProperty("run").GetString();
        Assert.All(events, line => Assert.StartsWith(root!, line.GetProperty("run").GetString(), StringComparison.Ordinal));
        var ofRoot = events.Where(line => line.GetProperty("run").GetString() == root).ToArray();
        Assert.Equal(Enumerable.Range(0, ofRoot.Length).Select(seq => (long)seq), ofRoot.Select(line => line.GetProperty("seq").GetInt64()));
        var types = ofRoot.Select(line => line.GetProperty("event").GetProperty("type").GetString()).ToArray();
        Assert.Equal("run.started", types[0]);
        Assert.Contains("plan.made", types);
        Assert.Contains("step.reviewed", types);
        Assert.Equal("run.ended", types[^1]);
        Assert.Contains(events, line => line.GetProperty("event").GetProperty("type").GetString() == "call.finished");
    }

    [Fact]
    public async Task Interrupted_it_says_how_to_go_on_and_goes_on()
    {
        using var cadre = new CommandRunner();
        cadre.Write("README.md", "# Orchard\n");
        using var interrupt = new CancellationTokenSource();
        var result = await cadre.RunAsync(["Describe workspace"], "", interrupt.Token, line =>
        {
            if (line.StartsWith("plan:", StringComparison.Ordinal)) interrupt.Cancel();
        });
        Assert.True(result.Code == 130, result.Error);
        Assert.Contains("cadre resume ", result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Out);

        var resumed = await cadre.RunAsync("resume", "last");
        Assert.True(resumed.Code == 0, resumed.Error);
        Assert.Contains("README.md", resumed.Out, StringComparison.Ordinal);
        Assert.Equal(0, (await cadre.RunAsync("audit", "verify")).Code);
    }

    [Fact]
    public async Task A_model_that_cannot_be_reached_pauses_the_run_with_the_command_that_helps()
    {
        using var cadre = new CommandRunner();
        cadre.Variables["OPENAI_BASE_URL"] = "http://127.0.0.1:9/v1";
        using var enough = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        var result = await cadre.RunAsync(["Describe workspace", "--timeout", "5m"], "", enough.Token);
        Assert.True(result.Code == 1, result.Error);
        Assert.Contains("is paused", result.Error, StringComparison.Ordinal);
        Assert.Contains("cadre resume ", result.Error, StringComparison.Ordinal);

        cadre.Variables.Remove("OPENAI_BASE_URL");
        var resumed = await cadre.RunAsync("resume", "last");
        Assert.True(resumed.Code == 0, resumed.Error);
    }

    [Fact]
    public async Task A_second_process_is_told_who_holds_the_state()
    {
        using var cadre = new CommandRunner();
        cadre.Write("README.md", "# Orchard\n");
        Assert.Equal(0, (await cadre.RunAsync("Describe workspace", "--quiet")).Code);
        await using (await Storage.Jsonl.JsonlJournal.OpenAsync(cadre.StateDirectory, null, TimeProvider.System, TestContext.Current.CancellationToken))
        {
            var refused = await cadre.RunAsync("Describe workspace", "--quiet");
            Assert.Equal(1, refused.Code);
            Assert.Contains(Environment.ProcessId.ToString(), refused.Error, StringComparison.Ordinal);
            Assert.Equal(0, (await cadre.RunAsync("runs")).Code);
            Assert.Equal(0, (await cadre.RunAsync("show", "last")).Code);
        }
    }

    [Fact]
    public async Task A_run_that_does_not_exist_is_exit_code_1()
    {
        using var cadre = new CommandRunner();
        Assert.Equal(1, (await cadre.RunAsync("show", "last")).Code);
        Assert.Equal(1, (await cadre.RunAsync("resume", "nonesuch")).Code);
        Assert.Equal(0, (await cadre.RunAsync("runs")).Code);
    }

    [Fact]
    public async Task A_damaged_journal_is_one_sentence_with_its_place()
    {
        using var cadre = new CommandRunner();
        cadre.Write("README.md", "# Orchard\n");
        Assert.Equal(0, (await cadre.RunAsync("Describe workspace", "--quiet")).Code);
        var journal = Directory.GetFiles(cadre.StateDirectory, "run-*.jsonl").Single(file => !Path.GetFileName(file)[4..^6].Contains('.'));
        var lines = File.ReadAllLines(journal);
        lines[1] = "{broken";
        File.WriteAllLines(journal, lines);
        foreach (var command in new[] { "show", "resume" })
        {
            var result = await cadre.RunAsync(command, Path.GetFileNameWithoutExtension(journal)[4..]);
            Assert.Equal(1, result.Code);
            Assert.Contains("amaged", result.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        }
    }
}
