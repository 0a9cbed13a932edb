using System.Text.RegularExpressions;

namespace Cadre.EndToEnd;

/// <summary>A policy that cannot be read means that there is no policy, and without a policy nothing runs.</summary>
public sealed class A_hostile_policy
{
    private const string Tools = "version: 1\ndefaults: { read: allow, change: ask, program: ask }\n";
    private const string Network = "version: 1\ndefault: deny\n";
    private const string Paths = "version: 1\ndefaults: { read: allow, write: ask, delete: ask }\n";

    [Theory]
    [InlineData("tools.yaml", "version: 1\ndefaults: { read: allow\ntools: [\n", "tools.yaml:3:", "")]
    [InlineData("tools.yaml", Tools + "allow_everything: true\n", "tools.yaml:3:1", "allow_everything")]
    [InlineData("paths.yaml", Paths + "version: 1\n", "paths.yaml:3:1", "version")]
    [InlineData("network.yaml", "", "network.yaml:1:1", "empty")]
    [InlineData("network.yaml", "version: 1\ndefault: [allow]\n", "network.yaml:2:10", "")]
    [InlineData("tools.yaml", Tools + "programs:\n  - name: rm\n    program: rm\n    verdict: allow\n    examples: { hit: [\"ls\"] }\n", "tools.yaml:7:", "ls")]
    public async Task Is_refused_with_its_place_and_nothing_runs(string file, string content, string where, string reason)
    {
        using var place = new Place();
        Install(place, file, content);
        await using var model = await ScriptedModel.CallingAsync(ToolCall.Write("made.txt"));
        var refused = (await place.Command.WithModel(model.BaseUrl).RunAsync("--approve", "auto", "Do it")).Exits(2);

        Assert.Contains(where, refused.Error, StringComparison.Ordinal);
        Assert.Contains(reason, refused.Error, StringComparison.Ordinal);
        Assert.Empty(refused.Output);
        Assert.DoesNotMatch(new Regex(@"^\s+at \S+\(", RegexOptions.Multiline), refused.Error);
        NothingRan(place, model);
    }

    [Fact]
    public async Task Is_not_replaced_by_the_default_when_one_of_its_files_is_missing()
    {
        using var place = new Place();
        Install(place, "tools.yaml", Tools);
        File.Delete(Path.Combine(place.Home, "policies", "network.yaml"));
        await using var model = await ScriptedModel.CallingAsync(ToolCall.Write("made.txt"));
        var refused = (await place.Command.WithModel(model.BaseUrl).RunAsync("Do it")).Exits(2);
        Assert.Contains("network.yaml", refused.Error, StringComparison.Ordinal);
        NothingRan(place, model);
    }

    [Theory]
    [InlineData("ture")]
    [InlineData("2")]
    [InlineData("true; rm -rf /")]
    public async Task Is_also_a_network_switch_that_means_nothing(string value)
    {
        using var place = new Place();
        await using var model = await ScriptedModel.CallingAsync(ToolCall.Write("made.txt"));
        var refused = (await place.Command.WithModel(model.BaseUrl).Set("ALLOW_NET", value).RunAsync("Do it")).Exits(2);
        Assert.Contains("ALLOW_NET", refused.Error, StringComparison.Ordinal);
        NothingRan(place, model);
    }

    /// <summary>Complete and readable, but for one file.</summary>
    private static void Install(Place place, string file, string content)
    {
        foreach (var (name, text) in new[] { ("tools.yaml", Tools), ("network.yaml", Network), ("paths.yaml", Paths) })
            place.Write($"home/policies/{name}", name == file ? content : text);
    }

    private static void NothingRan(Place place, ScriptedModel model)
    {
        Assert.Equal(0, model.Requests);
        Assert.Empty(Recorded.Journals(place.Command));
        Assert.False(File.Exists(place["made.txt"]));
    }
}
