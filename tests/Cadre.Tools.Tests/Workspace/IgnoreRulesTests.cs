using System.Diagnostics;
using Cadre.Tools.Workspaces;

namespace Cadre.Tools.Tests.Workspaces;

public sealed class IgnoreRulesTests
{
    private const string Cases = """
        *.log            a.log            ignored
        *.log            d/a.log          ignored
        *.log            a.log.txt        kept
        /a               a                ignored
        /a               d/a              kept
        d/a              d/a              ignored
        d/a              x/d/a            kept
        a/               a/               ignored
        a/               a                kept
        a/               x/a/             ignored
        **/a             a                ignored
        **/a             x/y/a            ignored
        **/a/b           x/a/b            ignored
        a/**             a/               kept
        a/**             a/b              ignored
        a/**/b           a/b              ignored
        a/**/b           a/x/y/b          ignored
        a/**/b           ab               kept
        a**b             axxb             ignored
        a**b             d/ab             ignored
        a/*/b            a/x/b            ignored
        a/*/b            a/x/y/b          kept
        ?.c              x.c              ignored
        ?.c              xy.c             kept
        [ab].c           a.c              ignored
        [!ab].c          a.c              kept
        [!ab].c          c.c              ignored
        [^ab].c          a.c              kept
        [a-c].c          b.c              ignored
        []x].c           ].c              ignored
        [[:digit:]].c    7.c              ignored
        [[:digit:]].c    x.c              kept
        \#a              #a               ignored
        #a               #a               kept
        \!a              !a               ignored
        a\*              a*               ignored
        a\*              ab               kept
        [a               [a               kept
        *.[ch]           m.h              ignored
        doc/*.txt        doc/n.txt        ignored
        doc/*.txt        doc/s/n.txt      kept
        *                x                ignored
        é*               étoile           ignored
        """;

    public static TheoryData<string, string, bool> Table()
    {
        var data = new TheoryData<string, string, bool>();
        foreach (var line in Cases.Split('\n'))
        {
            var parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            data.Add(parts[0], parts[1], parts[2] == "ignored");
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Table))]
    public void A_pattern_matches_as_gitignore_5_says(string pattern, string path, bool ignored) =>
        Assert.Equal(ignored, IgnoreRules.None.Below(".", pattern).Ignores(path.TrimEnd('/'), path.EndsWith('/')));

    [Theory]
    [MemberData(nameof(Table))]
    public async Task And_as_git_does(string pattern, string path, bool ignored)
    {
        if (!File.Exists("/usr/bin/git")) Assert.Skip("git is not installed.");
        using var workspace = new WorkspaceFixture();
        await GitAsync(workspace.Root, "init", "-q");
        workspace.Write(".gitignore", pattern + "\n");
        if (path.EndsWith('/')) Directory.CreateDirectory(workspace[path]);
        else workspace.Write(path, "");
        Assert.Equal(ignored ? 0 : 1, await GitAsync(workspace.Root, "check-ignore", "-q", "--", path.TrimEnd('/')));
    }

    [Theory]
    [InlineData("*.log\n!keep.log", "keep.log", false)]
    [InlineData("!keep.log\n*.log", "keep.log", true)]
    [InlineData("a \n", "a", true)]
    [InlineData("a\\ \n", "a ", true)]
    [InlineData("a\r\nb\r\n", "a", true)]
    [InlineData("\uFEFFa\n", "a", true)]
    [InlineData("\n\n#x\n/\n", "x", false)]
    public void The_last_line_that_matches_decides(string content, string path, bool ignored) =>
        Assert.Equal(ignored, IgnoreRules.None.Below(".", content).Ignores(path, isDirectory: false));

    [Fact]
    public async Task Nested_files_overrule_and_ignored_directories_cannot_be_entered_again()
    {
        using var workspace = new WorkspaceFixture();
        workspace.Write(".gitignore", "*.gen\nbuild/\n");
        workspace.Write("a/.gitignore", "!kept.gen\nlocal.txt\n");
        workspace.Write("build/.gitignore", "!*\n");
        workspace.Write(".git/info/exclude", "excluded.txt\n");
        foreach (var file in new[] { "x.gen", "a/x.gen", "a/kept.gen", "a/local.txt", "local.txt", "build/y.txt", "excluded.txt", "a/b/local.txt" }) workspace.Write(file, "");
        var found = await workspace.CallAsync("glob", """{"pattern":"**/*.{gen,txt}"}""");
        Assert.Equal("a/kept.gen\nlocal.txt", found.Output);
        var below = await workspace.CallAsync("glob", """{"pattern":"*.{gen,txt}","path":"a"}""");
        Assert.Equal("a/kept.gen", below.Output);
    }

    private static async Task<int> GitAsync(string directory, params string[] arguments)
    {
        var start = new ProcessStartInfo("/usr/bin/git", arguments) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["GIT_CONFIG_SYSTEM"] = "/dev/null";
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode;
    }
}
