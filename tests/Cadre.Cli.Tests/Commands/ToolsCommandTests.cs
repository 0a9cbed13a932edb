namespace Cadre.Cli.Tests.Commands;

public sealed class ToolsCommandTests
{
    [Fact]
    public async Task A_bundle_is_installed_listed_verified_and_removed()
    {
        using var cadre = new CommandRunner();
        var installed = await cadre.RunAsync("tools", "install", Example());
        Assert.True(installed.Code == 0, installed.Error);
        Assert.StartsWith("installed word-count 1.0.0 ", installed.Out, StringComparison.Ordinal);
        Assert.Matches("(?m)^word_count +bundle:word-count", (await cadre.RunAsync("tools", "list")).Out);
        Assert.StartsWith("ok  word-count", (await cadre.RunAsync("tools", "verify")).Out, StringComparison.Ordinal);

        var script = Directory.GetFiles(cadre.Home(".local/share/cadre/tools/store"), "count.py", SearchOption.AllDirectories).Single();
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.AppendAllText(script, "\n# more\n");
        var changed = await cadre.RunAsync("tools", "verify");
        Assert.Equal(1, changed.Code);
        Assert.StartsWith("CHANGED  word-count", changed.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("word_count", (await cadre.RunAsync("tools", "list")).Out, StringComparison.Ordinal);

        Assert.Equal(0, (await cadre.RunAsync("tools", "remove", "word-count")).Code);
        Assert.Equal(1, (await cadre.RunAsync("tools", "remove", "word-count")).Code);
        Assert.Contains("bundle_change", (await cadre.RunAsync("audit", "list", "--kind", "bundle_change")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bundle_that_is_not_what_it_says_is_refused()
    {
        using var cadre = new CommandRunner();
        foreach (var file in Directory.GetFiles(Example())) cadre.Write("bundle/" + Path.GetFileName(file), File.ReadAllText(file));
        File.AppendAllText(Path.Combine(cadre.Workspace, "bundle", "count.py"), "# changed\n");
        var refused = await cadre.RunAsync("tools", "install", "bundle");
        Assert.Equal(1, refused.Code);
        Assert.Contains("count.py", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_list_of_bundles_is_one_sentence_before_anything_is_begun()
    {
        using var cadre = new CommandRunner();
        cadre.WriteHome(".local/share/cadre/tools/installed.json", "{bad");
        foreach (var args in new[] { new[] { "tools", "list" }, ["Describe workspace"] })
        {
            var result = await cadre.RunAsync(args);
            Assert.Equal(1, result.Code);
            Assert.Contains("installed.json is damaged", result.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        }

        Assert.Equal(0, (await cadre.RunAsync("runs")).Code);
        Assert.Empty((await cadre.RunAsync("runs", "--json")).Out);
    }

    private static string Example()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var example = Path.Combine(folder.FullName, "examples", "bundles", "word-count");
            if (Directory.Exists(example)) return example;
        }

        throw new InvalidOperationException("The example was not found above the test's own folder.");
    }
}
