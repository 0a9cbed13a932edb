namespace Cadre.Cli.Tests.Processes;

public sealed class SandboxChoiceTests
{
    [Fact]
    public async Task Landlock_can_be_forced_and_a_command_runs_in_it_or_is_refused()
    {
        using var place = new CommandRunner();
        place.Write("README.md", "# Orchard\n");
        place.Variables["CADRE_SANDBOX"] = "landlock";
        var doctor = await CadreProcess.RunAsync(place, "doctor", "--json");
        var level = System.Text.Json.JsonElement.Parse(doctor.Out).GetProperty("sandbox").GetProperty("level").GetProperty("value").GetString()!;
        Assert.Matches("^(Landlock|none)", level);

        var run = await CadreProcess.RunAsync(place, "run `echo from-the-command`", "--json");
        var works = level.StartsWith("Landlock", StringComparison.OrdinalIgnoreCase);
        Assert.True(run.Code == 0 || !works, run.Error);
        Assert.Equal(works, run.Out.Contains("\"exit_code\":0", StringComparison.Ordinal) || run.Out.Contains("from-the-command\\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_word_is_a_wrong_setting()
    {
        using var place = new CommandRunner();
        place.Variables["CADRE_SANDBOX"] = "none";
        var result = await place.RunAsync("doctor");
        Assert.Equal(2, result.Code);
        Assert.Contains("CADRE_SANDBOX: 'none' is neither bubblewrap nor landlock.", result.Error, StringComparison.Ordinal);
    }
}
