using System.Text;
using Cadre.Engine.Tools;
using Cadre.Tools.Workspaces;

namespace Cadre.Tools.Tests.Workspaces;

public sealed class ReadingTests : IDisposable
{
    private readonly WorkspaceFixture _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task Listing_shows_kinds_sizes_and_what_is_ignored()
    {
        _workspace.Write("src/a.cs", "12345");
        _workspace.Write("node_modules/x/y.js", "");
        _workspace.Write(".gitignore", "node_modules/\n*.log\n");
        _workspace.Write("b.log", "");
        _workspace.Link("link", "src");
        var result = await _workspace.CallAsync("list_directory", """{"depth":3}""");
        Assert.Equal(
            """
            .gitignore (20 bytes)
            b.log (0 bytes, ignored)
            link -> src
            node_modules/ (ignored, not entered)
            src/
            src/a.cs (5 bytes)
            """, result.Output);
        Assert.Equal("y.js (0 bytes)", (await _workspace.CallAsync("list_directory", """{"path":"node_modules/x"}""")).Output);
        Directory.CreateDirectory(_workspace["empty"]);
        Assert.Equal("'empty' is empty.", (await _workspace.CallAsync("list_directory", """{"path":"empty"}""")).Output);
    }

    [Theory]
    [InlineData("*.cs", "a.cs src/b.cs src/deep/c.cs")]
    [InlineData("src/*.cs", "src/b.cs")]
    [InlineData("src/**/*.cs", "src/b.cs src/deep/c.cs")]
    [InlineData("**/c.{cs,ts}", "src/deep/c.cs src/deep/c.ts")]
    [InlineData("deep/", "src/deep/")]
    [InlineData("?.cs", "a.cs src/b.cs src/deep/c.cs")]
    [InlineData("[ab].cs", "a.cs src/b.cs")]
    [InlineData("./a.cs", "a.cs")]
    public async Task Glob_finds_names(string pattern, string expected)
    {
        foreach (var file in new[] { "a.cs", "src/b.cs", "src/deep/c.cs", "src/deep/c.ts", "bin/d.cs" }) _workspace.Write(file, "");
        _workspace.Write(".gitignore", "bin");
        var result = await _workspace.CallAsync("glob", $$"""{"pattern":{{WorkspaceFixture.Json(pattern)}}}""");
        Assert.Equal(expected, result.Output.Replace('\n', ' '));
    }

    [Theory]
    [InlineData("../*")]
    [InlineData("/etc/*")]
    [InlineData("a/../../b")]
    [InlineData("[")]
    [InlineData("{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}")]
    public async Task Hostile_globs_are_refused(string pattern) =>
        Assert.Equal(ToolStatus.Failed, (await _workspace.CallAsync("glob", $$"""{"pattern":{{WorkspaceFixture.Json(pattern)}}}""")).Status);

    [Fact]
    public async Task A_glob_made_to_take_long_does_not()
    {
        var stars = string.Concat(Enumerable.Repeat("a*", 200)) + "b";
        var deep = string.Join('/', Enumerable.Repeat("**/a", 100)) + "/b";
        var text = new string('a', 250);
        var path = string.Join('/', Enumerable.Repeat("a", 120));
        var done = Task.Run(() => (GlobSegment.Parse(stars)!.Matches(text), GlobPath.Parse(deep)!.Matches(path)), TestContext.Current.CancellationToken);
        Assert.Equal((false, false), await done.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Reading_gives_the_text_and_ranges_of_it()
    {
        _workspace.Write("a.txt", string.Concat(Enumerable.Range(1, 10).Select(i => $"line {i}\n")));
        Assert.EndsWith("line 10\n", (await _workspace.CallAsync("read_file", """{"path":"a.txt"}""")).Output, StringComparison.Ordinal);
        Assert.Equal("line 3\nline 4\n[lines 3 to 4 of 10; go on with offset 5]", (await _workspace.CallAsync("read_file", """{"path":"a.txt","offset":3,"limit":2}""")).Output);
        Assert.Equal("9\tline 9\n10\tline 10\n", (await _workspace.CallAsync("read_file", """{"path":"a.txt","offset":9,"line_numbers":true}""")).Output);
        var beyond = await _workspace.CallAsync("read_file", """{"path":"a.txt","offset":11}""");
        Assert.Equal("'a.txt' has 10 lines; there is no line 11.", beyond.Output);
    }

    [Fact]
    public async Task A_large_file_is_read_by_range_within_bounds()
    {
        using (var writer = new StreamWriter(_workspace["big.txt"]))
        {
            for (var i = 1; i <= 1_000_000; i++) writer.Write($"{i} {"abcdefghij"}{"klmnopqrst"}\n");
        }

        var result = await _workspace.CallAsync("read_file", """{"path":"big.txt","offset":900000,"limit":2}""");
        Assert.StartsWith("900000 abc", result.Output, StringComparison.Ordinal);
        var whole = await _workspace.CallAsync("read_file", """{"path":"big.txt","limit":20000}""");
        Assert.InRange(whole.Output.Length, 50_000, ReadFileTool.MaxCharacters + 200);
        Assert.Contains("go on with offset", whole.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_without_end_is_cut()
    {
        _workspace.Write("min.js", new string('x', 300_000) + "\nnext");
        var result = await _workspace.CallAsync("read_file", """{"path":"min.js"}""");
        Assert.Contains("290,000 more characters in this line", result.Output, StringComparison.Ordinal);
        Assert.EndsWith("\nnext", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Binary_and_other_encodings_are_told_apart()
    {
        File.WriteAllBytes(_workspace["a.bin"], [1, 2, 0, 3]);
        File.WriteAllText(_workspace["utf16.txt"], "grüße\n", Encoding.Unicode);
        File.WriteAllText(_workspace["bom.txt"], "hi\n", new UTF8Encoding(true));
        Assert.Contains("binary file of 4 bytes", (await _workspace.CallAsync("read_file", """{"path":"a.bin"}""")).Output, StringComparison.Ordinal);
        Assert.Equal("grüße\n", (await _workspace.CallAsync("read_file", """{"path":"utf16.txt"}""")).Output);
        Assert.Equal("hi\n", (await _workspace.CallAsync("read_file", """{"path":"bom.txt"}""")).Output);
    }

    [Fact]
    public async Task A_missing_file_is_answered_with_what_is_there()
    {
        _workspace.Write("src/Program.cs", "");
        _workspace.Write("docs/guide.md", "");
        var result = await _workspace.CallAsync("read_file", """{"path":"src/program.cs"}""");
        Assert.Equal(ToolStatus.Failed, result.Status);
        Assert.Contains("Did you mean 'src/Program.cs'?", result.Output, StringComparison.Ordinal);
        Assert.Contains("'docs/guide.md'", (await _workspace.CallAsync("read_file", """{"path":"guide.md"}""")).Output, StringComparison.Ordinal);
        Assert.Contains("In '.' there are: docs/, src/", (await _workspace.CallAsync("read_file", """{"path":"nowhere/x/y"}""")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Searching_honours_gitignore_globs_case_and_limits()
    {
        _workspace.Write("a.cs", "var Needle = 1;\nvar other = 2;\n");
        _workspace.Write("b.ts", "needle\n");
        _workspace.Write("ignored/c.cs", "needle\n");
        _workspace.Write(".git/config", "needle\n");
        _workspace.Write(".gitignore", "ignored/\n");
        File.WriteAllBytes(_workspace["d.bin"], [0, .. "needle"u8]);
        _workspace.Write("many.txt", string.Concat(Enumerable.Repeat("hay\n", 500)));
        Assert.Equal("b.ts:1:needle", (await _workspace.CallAsync("search", """{"pattern":"needle"}""")).Output);
        Assert.Equal("a.cs:1:var Needle = 1;\nb.ts:1:needle", (await _workspace.CallAsync("search", """{"pattern":"NEEDLE","ignore_case":true}""")).Output);
        Assert.Equal("a.cs:1:var Needle = 1;", (await _workspace.CallAsync("search", """{"pattern":"^var [A-Z]\\w+ =","glob":"*.cs"}""")).Output);
        Assert.Equal("ignored/c.cs:1:needle", (await _workspace.CallAsync("search", """{"pattern":"needle","path":"ignored"}""")).Output);
        var cut = await _workspace.CallAsync("search", """{"pattern":"hay","max_results":3}""");
        Assert.Equal("many.txt:1:hay\nmany.txt:2:hay\nmany.txt:3:hay\n[cut after 3 results: use a narrower pattern, path or glob]", cut.Output);
        Assert.StartsWith("No line matches 'absent'", (await _workspace.CallAsync("search", """{"pattern":"absent"}""")).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(a+)+$")]
    [InlineData("(a|a)*b")]
    [InlineData("(?=(a+)+$)b")]
    [InlineData("(.*)*\\1x")]
    public async Task A_pattern_made_to_take_long_does_not(string pattern)
    {
        _workspace.Write("a.txt", new string('a', 5_000) + "!\n");
        var result = await _workspace.CallAsync("search", $$"""{"pattern":{{WorkspaceFixture.Json(pattern)}}}""").AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.Equal(ToolStatus.Succeeded, result.Status);
    }

    [Theory]
    [InlineData("(a")]
    [InlineData("[z-a]")]
    [InlineData("((a{1000}){1000}){1000}")]
    [InlineData("a{99999999}")]
    public async Task A_pattern_that_cannot_be_used_is_explained(string pattern) =>
        Assert.Equal(ToolStatus.Failed, (await _workspace.CallAsync("search", $$"""{"pattern":{{WorkspaceFixture.Json(pattern)}}}""")).Status);
}
