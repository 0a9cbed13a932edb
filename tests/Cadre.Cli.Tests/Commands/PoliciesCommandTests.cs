namespace Cadre.Cli.Tests.Commands;

public sealed class PoliciesCommandTests
{
    [Fact]
    public async Task The_default_set_is_valid_and_explains_what_it_would_say()
    {
        using var cadre = new CommandRunner();
        Assert.Equal(0, (await cadre.RunAsync("policies", "validate")).Code);
        var read = await cadre.RunAsync("policies", "explain", "read_file path=README.md");
        Assert.True(read.Code == 0, read.Error);
        Assert.StartsWith("allow by ", read.Out, StringComparison.Ordinal);
        var outside = await cadre.RunAsync("policies", "explain", "read_file path=../secret");
        Assert.StartsWith("deny by paths.outside", outside.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Init_writes_what_is_missing_and_leaves_what_is_there()
    {
        using var cadre = new CommandRunner();
        Assert.Equal(3, (await cadre.RunAsync("policies", "init")).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        var again = await cadre.RunAsync("policies", "init");
        Assert.Empty(again.Out);
        Assert.Equal(0, (await cadre.RunAsync("policies", "validate")).Code);
    }

    [Fact]
    public async Task A_reload_is_on_record()
    {
        using var cadre = new CommandRunner();
        var reload = await cadre.RunAsync("policies", "reload");
        Assert.True(reload.Code == 0, reload.Error);
        var listed = await cadre.RunAsync("audit", "list", "--kind", "policy_reload");
        Assert.Contains("policy_reload", listed.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_lists_every_rule_with_what_it_is_for()
    {
        using var cadre = new CommandRunner();
        var shown = await cadre.RunAsync("policies", "show");
        Assert.True(shown.Code == 0, shown.Error);
        Assert.Matches(@"(?m)^tools\.mcp +ask +source: mcp:\* +What another server's tool does", shown.Out);
        Assert.Matches(@"(?m)^paths\.version-control +deny +path: \*\*/\.git/\*\*", shown.Out);
        Assert.Matches(@"(?m)^network\.cloud-metadata +deny", shown.Out);
        Assert.Matches(@"(?m)^default\.change +ask", shown.Out);

        var rules = System.Text.Json.JsonElement.Parse((await cadre.RunAsync("policies", "show", "--json")).Out).GetProperty("rules");
        Assert.Contains(rules.EnumerateArray(), rule => rule.GetProperty("rule").GetString() == "programs.find" && rule.GetProperty("matches").GetString()!.Contains("-exec", StringComparison.Ordinal));
    }
}
