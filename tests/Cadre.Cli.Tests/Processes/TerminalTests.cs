namespace Cadre.Cli.Tests.Processes;

/// <summary>On a pseudo-terminal: the question about a call, the picture, and what turns its colours and its moves off.</summary>
public sealed class TerminalTests
{
    private const string Goal = "Use the tool list_directory in the workspace.";
    private const string Escape = "\u001b[";

    [Theory]
    [InlineData("y", "true")]
    [InlineData("n not this one", "false")]
    public async Task A_person_is_asked_and_the_answer_is_kept(string typed, string approved)
    {
        using var place = new CommandRunner();
        place.Write("README.md", "# Orchard\n");
        await place.RunAsync("policies", "init");
        place.WriteHome(".config/cadre/policies/tools.yaml", """
            version: 1
            tools:
              - name: ask-listing
                tool: list_directory
                verdict: ask
                because: A person looks at each listing here.
            """);
        place.Variables["TERM"] = "dumb";
        await using var process = CadreProcess.StartOnTerminal(place, "Approve?", typed, Goal, "--max-parallel", "1", "--budget-calls", "1");
        var ended = await process.EndAsync();
        Assert.Contains("list_directory", ended.Out, StringComparison.Ordinal);
        Assert.Contains("Rule tools.ask-listing: A person looks at each listing here.", ended.Out, StringComparison.Ordinal);
        Assert.DoesNotContain(Escape, ended.Out, StringComparison.Ordinal);
        var kept = await place.RunAsync("audit", "list", "--kind", "approval", "--json");
        Assert.Contains($"\"approved\":\"{approved}\"", kept.Out, StringComparison.Ordinal);
        if (typed.Length > 1) Assert.Contains("not this one", kept.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("xterm-256color", "", true, true)]
    [InlineData("xterm-256color", "1", true, false)]
    [InlineData("dumb", "", false, false)]
    public async Task A_picture_is_drawn_where_it_can_be_and_coloured_where_that_is_wanted(string term, string noColor, bool moves, bool colours)
    {
        using var place = new CommandRunner();
        place.Write("README.md", "# Orchard\n");
        place.Variables["TERM"] = term;
        place.Variables["NO_COLOR"] = noColor;
        await using var process = CadreProcess.StartOnTerminal(place, "no such prompt", "", "Describe workspace");
        var ended = await process.EndAsync();
        Assert.True(ended.Code == 0, ended.Out);
        Assert.Contains("README.md", ended.Out, StringComparison.Ordinal);
        Assert.Equal(moves, ended.Out.Contains(Escape, StringComparison.Ordinal));
        Assert.Equal(colours, System.Text.RegularExpressions.Regex.IsMatch(ended.Out, @"\u001b\[(\d+;)*3\d"));
    }
}
