using Cadre.Cli.Commands;

namespace Cadre.Cli.Tests.Commands;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("doctr", "doctor")]
    [InlineData("polices", "policies")]
    [InlineData("rnu", "run")]
    [InlineData("resum", "resume")]
    [InlineData("approval", "approvals")]
    public async Task A_word_that_is_nearly_a_command_is_no_goal(string word, string meant)
    {
        using var cadre = new CommandRunner();
        var result = await cadre.RunAsync(word);
        Assert.Equal(2, result.Code);
        Assert.Contains($"Did you mean '{meant}'?", result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Out);
    }

    [Theory]
    [InlineData("Describe workspace")]
    [InlineData("refactor")]
    [InlineData("test")]
    public void Other_words_are_goals(string word) => Assert.Null(Suggestion.For(word, ["run", "resume", "runs", "show", "tools", "audit", "doctor"]));

    [Theory]
    [InlineData(new[] { "Describe workspace" }, "run")]
    [InlineData(new[] { "--json", "Describe workspace" }, "run")]
    [InlineData(new[] { "--model", "doctor", "goal" }, "run")]
    [InlineData(new[] { "runs" }, "runs")]
    [InlineData(new[] { "-C", "/tmp", "runs" }, "-C")]
    [InlineData(new[] { "--help" }, "--help")]
    [InlineData(new string[0], "--help")]
    public void A_goal_needs_no_command(string[] args, string first)
    {
        using var output = new StringWriter();
        var surroundings = new Cadre.Cli.Terminals.Surroundings(
            new() { In = TextReader.Null, Out = output, Error = output }, new Dictionary<string, string>(), "/", TimeProvider.System);
        Assert.Equal(first, CommandLine.WithCommand(args, CommandTree.Create(surroundings))[0]);
    }

    [Fact]
    public async Task Wrong_use_is_exit_code_2_with_the_help_that_helps()
    {
        using var cadre = new CommandRunner();
        var result = await cadre.RunAsync("run", "goal", "--max-parallel", "0", "--timeout", "soon");
        Assert.Equal(2, result.Code);
        Assert.Contains("--max-parallel", result.Error, StringComparison.Ordinal);
        Assert.Contains("'soon' is no time", result.Error, StringComparison.Ordinal);
        Assert.Contains("cadre run --help", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mistyped_option_does_not_become_part_of_the_goal()
    {
        using var cadre = new CommandRunner();
        var result = await cadre.RunAsync("Describe workspace", "--aprove", "never");
        Assert.Equal(2, result.Code);
        Assert.Contains("'--aprove'", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(cadre.Home(".local/state")));
    }

    [Fact]
    public async Task Wrong_settings_are_exit_code_2_and_nothing_is_made()
    {
        using var cadre = new CommandRunner();
        cadre.Variables["OPENAI_BASE_URL"] = "not a url";
        cadre.Variables["ALLOW_NET"] = "perhaps";
        var result = await cadre.RunAsync("Describe workspace");
        Assert.Equal(2, result.Code);
        Assert.Contains("OPENAI_BASE_URL", result.Error, StringComparison.Ordinal);
        Assert.Contains("ALLOW_NET", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(cadre.Home(".local/state")));
    }

    [Fact]
    public async Task Help_leads_with_examples_and_ends_with_settings_and_exit_codes()
    {
        using var cadre = new CommandRunner();
        var result = await cadre.RunAsync("--help");
        Assert.Equal(0, result.Code);
        Assert.StartsWith("Examples:\n  cadre \"Describe workspace\"", result.Out.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        string[] commands = ["run", "resume", "runs", "show", "cancel", "approvals", "policies", "tools", "mcp", "models", "audit", "smoke", "simulate", "doctor", "completion"];
        Assert.All(commands, command => Assert.Matches($@"(?m)^  {command}\b", result.Out));
        Assert.Contains("OPENAI_BASE_URL", result.Out, StringComparison.Ordinal);
        Assert.Contains("Exit codes: 0 done, 1 failed or not finished, 2 wrong use or settings, 130", result.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run", "--approve")]
    [InlineData("resume", "<run>")]
    [InlineData("policies", "explain")]
    [InlineData("mcp", "invoke")]
    public async Task Each_command_has_help_with_examples_of_its_own(string command, string part)
    {
        using var cadre = new CommandRunner();
        var result = await cadre.RunAsync(command, "--help");
        Assert.Equal(0, result.Code);
        Assert.StartsWith("Examples:", result.Out, StringComparison.Ordinal);
        Assert.Contains(part, result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_goal_is_refused()
    {
        using var cadre = new CommandRunner();
        Assert.Equal(2, (await cadre.RunAsync(["run", "-"], " \n", CancellationToken.None)).Code);
    }

    [Fact]
    public async Task Shells_are_completed_by_asking_the_command_itself()
    {
        using var cadre = new CommandRunner();
        Assert.All(new[] { "bash", "zsh", "fish", "pwsh" }, shell => Assert.Contains("[suggest:", CompletionCommand.Script(shell), StringComparison.Ordinal));
        var result = await cadre.RunAsync("[suggest:8]", "cadre po");
        Assert.Contains("policies", result.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("30s", 30)]
    [InlineData("10m", 600)]
    [InlineData("1h30m", 5400)]
    [InlineData("45", 45)]
    [InlineData("1.5m", 90)]
    public void Times_are_read(string text, double seconds)
    {
        Assert.True(Duration.TryParse(text, out var time));
        Assert.Equal(seconds, time.TotalSeconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0s")]
    [InlineData("-5s")]
    [InlineData("10 minutes")]
    [InlineData("h")]
    [InlineData("999999d")]
    public void What_is_no_time_is_refused(string text) => Assert.False(Duration.TryParse(text, out _));
}
