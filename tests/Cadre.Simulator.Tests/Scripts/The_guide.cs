using System.Text.RegularExpressions;

namespace Cadre.Simulator.Tests.Scripts;

public sealed partial class The_guide
{
    [Fact]
    public void shows_scripts_that_can_be_played()
    {
        var examples = Example().Matches(Guide()).Select(static match => SimulatorScript.Parse(match.Groups[1].Value, "docs/simulator.md").Name);

        Assert.Equal(["shop", "a bad day"], examples);
    }

    [Theory]
    [InlineData("rules: [ { then: { text: a, x: 1 } } ]")]
    [InlineData("rules: [ { x: 1, then: { text: a } } ]")]
    [InlineData("rules: [ { when: { x: 1 }, then: { text: a } } ]")]
    [InlineData("rules: [ { then: { text: a } } ]\nx: 1")]
    public void names_every_key_that_a_script_can_have(string withUnknownKey)
    {
        var refused = Assert.Throws<SimulatorScriptException>(() => SimulatorScript.Parse(withUnknownKey));

        var guide = Guide();
        var known = refused.Reason[(refused.Reason.IndexOf("known here: ", StringComparison.Ordinal) + "known here: ".Length)..].Split(", ");
        Assert.All(known, key => Assert.Matches($@"(?:`{key}\b|\b{key}:)", guide));
    }

    private static string Guide()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var guide = Path.Combine(folder.FullName, "docs", "simulator.md");
            if (File.Exists(guide))
            {
                return File.ReadAllText(guide);
            }
        }

        throw new FileNotFoundException("docs/simulator.md is not above the tests.");
    }

    [GeneratedRegex("```yaml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();
}
