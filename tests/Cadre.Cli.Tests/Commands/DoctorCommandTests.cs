using System.Text.Json;

namespace Cadre.Cli.Tests.Commands;

public sealed class DoctorCommandTests
{
    [Fact]
    public async Task It_shows_sandbox_settings_policy_and_state_and_makes_nothing()
    {
        using var cadre = new CommandRunner();
        cadre.Variables["OPENAI_API_KEY"] = "sk-never-shown-0123456789";
        var result = await cadre.RunAsync("doctor");
        Assert.All(new[] { "sandbox", "policy", "state", "settings", "AGENT_STATE_DIR", "(environment)" }, part => Assert.Contains(part, result.Out, StringComparison.Ordinal));
        Assert.DoesNotContain("never-shown", result.Out, StringComparison.Ordinal);
        Assert.False(Directory.Exists(cadre.Home(".local")));
    }

    [Fact]
    public async Task Json_says_the_same_to_a_program()
    {
        using var cadre = new CommandRunner();
        var result = await cadre.RunAsync("doctor", "--json");
        var report = JsonElement.Parse(result.Out);
        Assert.Equal(result.Code == 0, report.GetProperty("healthy").GetBoolean());
        Assert.True(report.GetProperty("sandbox").TryGetProperty("level", out _));
        Assert.Contains(report.GetProperty("settings").EnumerateArray(), setting => setting.GetProperty("name").GetString() == "AGENT_MODEL");
    }

    [Fact]
    public async Task A_bad_policy_is_a_problem_with_its_place()
    {
        using var cadre = new CommandRunner();
        Assert.Equal(0, (await cadre.RunAsync("policies", "init")).Code);
        File.AppendAllText(cadre.Home(".config/cadre/policies/tools.yaml"), "\nnonesuch: true\n");
        var result = await cadre.RunAsync("doctor");
        Assert.Equal(1, result.Code);
        Assert.Contains("tools.yaml:", result.Out, StringComparison.Ordinal);

        var validated = await cadre.RunAsync("policies", "validate");
        Assert.Equal(1, validated.Code);
        Assert.Matches(@"policies/tools\.yaml:\d+:\d+: ", validated.Out);
        Assert.Equal(2, (await cadre.RunAsync("Describe workspace")).Code);
    }
}
