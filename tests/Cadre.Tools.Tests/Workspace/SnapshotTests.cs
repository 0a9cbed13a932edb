using Cadre.Tools.Workspaces;

namespace Cadre.Tools.Tests.Workspaces;

public sealed class SnapshotTests : IDisposable
{
    private readonly WorkspaceFixture _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public void A_snapshot_describes_what_is_really_there()
    {
        _workspace.Write("README.md", "# Title\n\nWhat it is.\n");
        _workspace.Write("AGENTS.md", "be kind");
        _workspace.Write("src/a.cs", "x");
        _workspace.Write("src/deep/b.cs", "x");
        _workspace.Write("bin/c.dll", "x");
        _workspace.Write(".gitignore", "bin/\n");
        _workspace.Write(".git/HEAD", "ref: refs/heads/main\n");
        _workspace.Write(".git/packed-refs", "# pack-refs\n0123456789abcdef0123456789abcdef01234567 refs/heads/main\n");
        var text = WorkspaceSnapshot.Describe(_workspace.Workspace);
        Assert.Equal(
            $"""
            Workspace: {_workspace.Workspace.Root}
            Git: branch main, at 0123456789ab
            Files: 5 in 2 directories (what .gitignore names is not counted)
            By extension: .cs 2, .md 2, .gitignore 1

            Tree, two levels:
            .gitignore (5 bytes)
            AGENTS.md (7 bytes)
            README.md (21 bytes)
            bin/ (ignored)
            src/
              a.cs (1 bytes)
              deep/

            README.md begins:
            # Title

            What it is.
            """, text);
        Assert.Equal("be kind", StandingInstructions.Read(_workspace.Workspace));
    }

    [Fact]
    public void An_empty_workspace_has_a_snapshot_and_no_instructions()
    {
        Assert.Contains("It is empty.", WorkspaceSnapshot.Describe(_workspace.Workspace), StringComparison.Ordinal);
        Assert.Null(StandingInstructions.Read(_workspace.Workspace));
    }

    [Fact]
    public void A_snapshot_is_bounded_and_follows_no_link_out()
    {
        for (var i = 0; i < 400; i++) _workspace.Write($"d{i % 40}/file-with-a-rather-long-name-{i}.txt", "x");
        _workspace.Write("CONTRIBUTING.md", new string('x', 100_000));
        _workspace.Link("README.md", Path.Combine(_workspace.Outside, "secret.txt"));
        _workspace.Link("AGENTS.md", Path.Combine(_workspace.Outside, "secret.txt"));
        var text = WorkspaceSnapshot.Describe(_workspace.Workspace);
        Assert.InRange(text.Length, 1_000, WorkspaceSnapshot.MaxCharacters + 100);
        Assert.DoesNotContain("canary", text, StringComparison.Ordinal);
        Assert.Null(StandingInstructions.Read(_workspace.Workspace));
    }

    [Fact]
    public void Long_instructions_are_cut_and_say_so()
    {
        _workspace.Write("AGENTS.md", new string('é', StandingInstructions.MaxBytes));
        var text = StandingInstructions.Read(_workspace.Workspace)!;
        Assert.Contains("[cut: AGENTS.md has 65,536 bytes", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\ufffd', text);
    }

    [Fact]
    public void A_detached_head_and_a_broken_one_are_told_apart()
    {
        _workspace.Write(".git/HEAD", "0123456789abcdef0123456789abcdef01234567\n");
        Assert.Equal("no branch, at 0123456789ab", GitHead.Read(_workspace.Workspace));
        _workspace.Write(".git/HEAD", "ref: refs/heads/new\n");
        Assert.Equal("branch new, without a commit", GitHead.Read(_workspace.Workspace));
        _workspace.Write(".git/HEAD", "ref: ../../outside/secret.txt\n");
        Assert.Equal("branch ../../outside/secret.txt, without a commit", GitHead.Read(_workspace.Workspace));
        _workspace.Write(".git/HEAD", "garbage");
        Assert.Null(GitHead.Read(_workspace.Workspace));
    }
}
