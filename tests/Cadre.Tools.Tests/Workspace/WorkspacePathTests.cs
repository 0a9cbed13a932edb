using Cadre.Tools.Workspaces;

namespace Cadre.Tools.Tests.Workspaces;

public sealed class WorkspacePathTests
{
    [Theory]
    [InlineData("a/b", "a/b")]
    [InlineData("./a//b/", "a/b")]
    [InlineData("a/../b", "b")]
    [InlineData("", ".")]
    [InlineData(".", ".")]
    [InlineData("a/..", ".")]
    [InlineData("/w/s/a", "a")]
    [InlineData("/w/s", ".")]
    [InlineData("/w/s/../s/a", "../s/a")]
    [InlineData("/w/sx/a", "/w/sx/a")]
    [InlineData("/etc/passwd", "/etc/passwd")]
    [InlineData("/../etc", "/etc")]
    [InlineData("../x", "../x")]
    [InlineData("a/../../x", "../x")]
    [InlineData("../../..", "../../../")]
    [InlineData("...", "...")]
    [InlineData("naïve/日本.txt", "naïve/日本.txt")]
    public void A_path_has_one_form(string raw, string normal)
    {
        var path = WorkspacePath.Parse(raw, "/w/s");
        Assert.Equal(normal, path.Text);
        Assert.Equal(normal.StartsWith("../", StringComparison.Ordinal) || normal.StartsWith('/'), path.Refusal is not null);
    }

    [Theory]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    [InlineData("a\u001b[31m")]
    [InlineData("a\u0085")]
    public void A_path_that_no_file_should_have_is_refused_and_counts_as_leaving(string raw)
    {
        var path = WorkspacePath.Parse(raw, "/w/s");
        Assert.Equal(FileProblemKind.BadPath, path.Refusal?.Kind);
        Assert.StartsWith("../", path.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_is_bounded_and_valid_Unicode()
    {
        Assert.NotNull(WorkspacePath.Parse("a\ud800b").Refusal);
        Assert.NotNull(WorkspacePath.Parse("a\udc00").Refusal);
        Assert.Null(WorkspacePath.Parse("a\ud83d\ude00").Refusal);
        Assert.NotNull(WorkspacePath.Parse(new string('a', 4_000)).Refusal);
        Assert.NotNull(WorkspacePath.Parse(new string('a', 256)).Refusal);
        Assert.NotNull(WorkspacePath.Parse(string.Join('/', Enumerable.Repeat("a", 200))).Refusal);
        Assert.Null(WorkspacePath.Parse(new string('a', 255)).Refusal);
    }

    [Theory]
    [InlineData(".git/config")]
    [InlineData(".GIT/config")]
    [InlineData(".Git")]
    [InlineData("sub/module/.git/hooks/pre-commit")]
    [InlineData(".git./config")]
    [InlineData(".git /config")]
    [InlineData("git~1/config")]
    [InlineData("GIT~1/config")]
    [InlineData(".g\u200cit/config")]
    [InlineData(".git::$INDEX_ALLOCATION/config")]
    [InlineData(".svn/entries")]
    [InlineData("policies/tools.yaml")]
    [InlineData("Policies/tools.yaml")]
    [InlineData("policies")]
    [InlineData(".cadre/state")]
    public void Version_control_and_configured_paths_are_protected_in_every_spelling(string path) =>
        Assert.Equal(FileProblemKind.Protected, new ProtectedPaths(["policies", "./.cadre/"]).Refuse(path)?.Kind);

    [Theory]
    [InlineData(".gitignore")]
    [InlineData(".github/workflows/ci.yml")]
    [InlineData("git/config")]
    [InlineData("policies2/x")]
    [InlineData("docs/policies")]
    public void Other_paths_are_not(string path) => Assert.Null(new ProtectedPaths(["policies"]).Refuse(path));
}
