using Cadre.Cli.Settings;

namespace Cadre.Cli.Tests.Settings;

public sealed class SettingsReaderTests
{
    private static readonly string[] Existing = ["/work", "/other", "/workspace", "/state", "/tools"];

    [Fact]
    public void Without_variables_the_simulator_is_the_model_and_everything_has_a_default()
    {
        var settings = Read([]);
        Assert.Null(settings.Endpoint);
        Assert.Equal("simulator", settings.Model);
        Assert.Equal("/work", settings.Workspace);
        Assert.Matches("^/home/u/.local/state/cadre/work-[0-9a-f]{8}$", settings.StateDirectory);
        Assert.Equal("/home/u/.local/share/cadre/tools", settings.ToolsDirectory);
        Assert.Equal("/home/u/.config/cadre/policies", settings.PoliciesDirectory);
        Assert.False(settings.AllowNet);
        Assert.False(settings.ForceChatCompletions);
    }

    [Fact]
    public void A_key_alone_means_OpenAI_and_its_small_model()
    {
        var settings = Read(new() { ["OPENAI_API_KEY"] = "sk-1234567890abcdef" });
        Assert.Equal("https://api.openai.com/v1", settings.Endpoint!.ToString());
        Assert.Equal("gpt-4o-mini", settings.Model);
    }

    [Fact]
    public void A_secret_is_never_among_the_values_that_are_shown()
    {
        const string Key = "sk-very-secret-0123456789";
        var settings = Read(new() { ["OPENAI_API_KEY"] = Key, ["OPENAI_BASE_URL"] = "http://127.0.0.1:1234/v1?token=hush" });
        Assert.All(settings.All, setting => Assert.DoesNotContain("very-secret", setting.Value, StringComparison.Ordinal));
        Assert.All(settings.All, setting => Assert.DoesNotContain("hush", setting.Value, StringComparison.Ordinal));
    }

    [Fact]
    public void Roles_fall_back_from_their_own_model_to_the_small_one_to_the_model()
    {
        var plain = Read(new() { ["AGENT_MODEL"] = "big", ["AGENT_SMALL_MODEL"] = "small" });
        Assert.Equal(("big", "small", "big", "small"), (plain.Model, plain.SmallModel, plain.PlannerModel, plain.ReviewerModel));
        var own = Read(new() { ["AGENT_MODEL"] = "big", ["AGENT_PLANNER_MODEL"] = "thinker", ["AGENT_REVIEWER_MODEL"] = "critic" });
        Assert.Equal(("big", "big", "thinker", "critic"), (own.Model, own.SmallModel, own.PlannerModel, own.ReviewerModel));
    }

    [Fact]
    public void Options_win_over_variables_and_say_so()
    {
        var reader = new SettingsReader(new Dictionary<string, string> { ["HOME"] = "/home/u", ["AGENT_MODEL"] = "a", ["AGENT_WORKSPACE"] = "/work" }, "/work", Exists);
        var (settings, errors) = reader.Read(new("/other", "b"));
        Assert.Empty(errors);
        Assert.Equal(("/other", "b"), (settings!.Workspace, settings.Model));
        Assert.Contains(new Setting("AGENT_WORKSPACE", "/other", "--workspace"), settings.All);
        Assert.Contains(new Setting("AGENT_MODEL", "b", "--model"), settings.All);
    }

    [Fact]
    public void In_the_container_the_three_folders_and_LM_Studio_on_the_host_are_the_defaults()
    {
        var settings = Read(new() { ["CADRE_CONTAINER"] = "1" });
        Assert.Equal("http://host.docker.internal:1234/v1", settings.Endpoint!.ToString());
        Assert.Equal(("/workspace", "/state", "/tools"), (settings.Workspace, settings.StateDirectory, settings.ToolsDirectory));
    }

    [Fact]
    public void Two_workspaces_of_one_name_have_two_state_directories()
    {
        Assert.NotEqual(Read([], "/work").StateDirectory, Read([], "/other").StateDirectory);
    }

    [Fact]
    public void Every_fault_is_told_at_once_and_names_its_variable()
    {
        var (settings, errors) = new SettingsReader(
            new Dictionary<string, string>
            {
                ["HOME"] = "/home/u",
                ["OPENAI_BASE_URL"] = "localhost:1234",
                ["OPENAI_API_KEY"] = "a key with blanks",
                ["AGENT_MODEL"] = "two words",
                ["AGENT_WORKSPACE"] = "/nowhere",
                ["ALLOW_NET"] = "maybe",
                ["AGENT_FORCE_CHAT_COMPLETIONS"] = "2",
            },
            "/work",
            Exists).Read();
        Assert.Null(settings);
        string[] named = ["OPENAI_BASE_URL", "OPENAI_API_KEY", "AGENT_MODEL", "AGENT_WORKSPACE", "ALLOW_NET", "AGENT_FORCE_CHAT_COMPLETIONS"];
        Assert.All(named, name => Assert.Contains(errors, error => error.StartsWith(name, StringComparison.Ordinal)));
        Assert.DoesNotContain(errors, error => error.Contains("a key with blanks", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("1", true)]
    [InlineData("on", true)]
    [InlineData("false", false)]
    [InlineData("0", false)]
    [InlineData("", false)]
    public void The_network_opens_only_for_a_clear_yes(string value, bool open) => Assert.Equal(open, Read(new() { ["ALLOW_NET"] = value }).AllowNet);

    [Fact]
    public void A_state_directory_inside_the_workspace_is_allowed_with_a_warning_and_the_workspace_itself_is_not()
    {
        Assert.Single(Read(new() { ["AGENT_STATE_DIR"] = "/work/.cadre" }).Warnings);
        var (_, errors) = new SettingsReader(new Dictionary<string, string> { ["HOME"] = "/home/u", ["AGENT_STATE_DIR"] = "/work" }, "/work", Exists).Read();
        Assert.StartsWith("AGENT_STATE_DIR", Assert.Single(errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_home_the_directories_must_be_set()
    {
        var (_, errors) = new SettingsReader(new Dictionary<string, string>(), "/work", Exists).Read();
        Assert.Contains(errors, error => error.StartsWith("AGENT_STATE_DIR", StringComparison.Ordinal));
    }

    private static CadreSettings Read(Dictionary<string, string> variables, string directory = "/work")
    {
        variables["HOME"] = "/home/u";
        var (settings, errors) = new SettingsReader(variables, directory, Exists).Read();
        Assert.Empty(errors);
        return settings!;
    }

    private static bool Exists(string path) => Existing.Contains(path);
}
