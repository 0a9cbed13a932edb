using System.Runtime.Versioning;
using Cadre.Engine.Ports;
using Cadre.Engine.Tools;
using Cadre.Tools.Workspaces;

namespace Cadre.Tools.Tests.Workspaces;

[SupportedOSPlatform("linux")]
public sealed class PatchTests : IDisposable
{
    private const string Numbers = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\n";

    private readonly WorkspaceFixture _workspace = new();

    public void Dispose() => _workspace.Dispose();

    private ValueTask<ToolResult> ApplyAsync(string patch) => _workspace.CallAsync("apply_patch", $$"""{"patch":{{WorkspaceFixture.Json(patch)}}}""");

    [Fact]
    public async Task A_git_diff_with_creation_deletion_rename_and_mode_is_applied()
    {
        _workspace.Write("a.txt", Numbers);
        _workspace.Write("old.txt", "x\n");
        _workspace.Write("gone.txt", "bye\n");
        _workspace.Write("tool.sh", "echo\n");
        var result = await ApplyAsync(
            """
            From 0123 Mon Sep 17 00:00:00 2001
            Subject: several things

            diff --git a/a.txt b/a.txt
            index 1..2 100644
            --- a/a.txt
            +++ b/a.txt
            @@ -1,4 +1,4 @@
             one
            -two
            +TWO
             three
             four
            @@ -8,3 +8,4 @@ seven
             eight
             nine
             ten
            +eleven
            diff --git a/new/file.txt b/new/file.txt
            new file mode 100755
            --- /dev/null
            +++ b/new/file.txt
            @@ -0,0 +1,2 @@
            +first
            +second
            \ No newline at end of file
            diff --git a/gone.txt b/gone.txt
            deleted file mode 100644
            --- a/gone.txt
            +++ /dev/null
            @@ -1 +0,0 @@
            -bye
            diff --git a/old.txt b/moved/new.txt
            similarity index 100%
            rename from old.txt
            rename to moved/new.txt
            diff --git a/tool.sh b/tool.sh
            old mode 100644
            new mode 100755
            --
            2.39.5
            """);
        Assert.True(result.Status == ToolStatus.Succeeded, result.Output);
        Assert.Equal(Numbers.Replace("two", "TWO", StringComparison.Ordinal) + "eleven\n", _workspace.Read("a.txt"));
        Assert.Equal("first\nsecond", _workspace.Read("new/file.txt"));
        Assert.True(File.GetUnixFileMode(_workspace["new/file.txt"]).HasFlag(UnixFileMode.UserExecute));
        Assert.True(File.GetUnixFileMode(_workspace["tool.sh"]).HasFlag(UnixFileMode.UserExecute));
        Assert.False(File.Exists(_workspace["gone.txt"]) || File.Exists(_workspace["old.txt"]));
        Assert.Equal("x\n", _workspace.Read("moved/new.txt"));
    }

    [Fact]
    public async Task An_envelope_is_applied()
    {
        _workspace.Write("a.py", "def f():\n    x = 1\n    return x\n\ndef g():\n    x = 1\n    return x\n");
        _workspace.Write("b.txt", "b\n");
        var result = await ApplyAsync(
            """
            *** Begin Patch
            *** Update File: a.py
            @@ def g():
            -    x = 1
            +    x = 2
                 return x
            *** Update File: b.txt
            *** Move to: c/b.txt
            @@
             b
            +c
            *** Add File: d.txt
            +hello
            +
            +there
            *** End Patch
            """);
        Assert.True(result.Status == ToolStatus.Succeeded, result.Output);
        Assert.Equal("def f():\n    x = 1\n    return x\n\ndef g():\n    x = 2\n    return x\n", _workspace.Read("a.py"));
        Assert.Equal("b\nc\n", _workspace.Read("c/b.txt"));
        Assert.Equal("hello\n\nthere\n", _workspace.Read("d.txt"));
        Assert.False(File.Exists(_workspace["b.txt"]));
    }

    [Theory]
    [InlineData("@@ -5,2 +5,2 @@\n two\n-three\n+THREE\n", "wrong line number")]
    [InlineData("@@ -2,9 +2,9 @@\n two\n-three\n+THREE\n", "wrong counts")]
    [InlineData("@@ -2,2 +2,2 @@\n two   \n-three\n+THREE\n", "spaces at the end")]
    [InlineData("@@ -2,2 +2,2 @@\r\n two\r\n-three\r\n+THREE\r\n", "Windows lines")]
    public async Task Small_mistakes_of_models_are_forgiven(string hunk, string mistake)
    {
        _workspace.Write("a.txt", Numbers);
        var result = await ApplyAsync("--- a/a.txt\n+++ b/a.txt\n" + hunk);
        Assert.True(result.Status == ToolStatus.Succeeded, $"{mistake}: {result.Output}");
        Assert.Equal(Numbers.Replace("three", "THREE", StringComparison.Ordinal), _workspace.Read("a.txt"));
    }

    [Fact]
    public async Task Windows_files_stay_so()
    {
        _workspace.Write("w.txt", "a\r\nb\r\nc\r\n");
        await ApplyAsync("--- a/w.txt\n+++ b/w.txt\n@@ -1,2 +1,3 @@\n a\n-b\n+B\n+B2\n");
        Assert.Equal("a\r\nB\r\nB2\r\nc\r\n", _workspace.Read("w.txt"));
    }

    [Fact]
    public async Task One_hunk_that_does_not_fit_stops_the_whole_patch()
    {
        _workspace.Write("a.txt", Numbers);
        _workspace.Write("b.txt", Numbers);
        var result = await ApplyAsync("--- a/a.txt\n+++ b/a.txt\n@@ -1,1 +1,1 @@\n-one\n+1\n--- a/b.txt\n+++ b/b.txt\n@@ -2,2 +2,2 @@\n two\n-threeee\n+3\n--- /dev/null\n+++ b/new.txt\n@@ -0,0 +1 @@\n+x\n");
        Assert.Equal(ToolStatus.Failed, result.Status);
        Assert.StartsWith("Nothing was changed: 'b.txt', hunk 1 of 1 does not fit. What stands from line 2 is the closest:\ntwo\nthree", result.Output, StringComparison.Ordinal);
        Assert.Equal(Numbers, _workspace.Read("a.txt"));
        Assert.Equal(2, Directory.GetFileSystemEntries(_workspace.Root).Length);
    }

    [Theory]
    [InlineData("--- /dev/null\n+++ b/../outside/x\n@@ -0,0 +1 @@\n+x\n")]
    [InlineData("--- /dev/null\n+++ /etc/cadre-test\n@@ -0,0 +1 @@\n+x\n")]
    [InlineData("--- a/../outside/secret.txt\n+++ b/../outside/secret.txt\n@@ -1 +1 @@\n-canary\n+x\n")]
    [InlineData("--- a/out/secret.txt\n+++ b/out/secret.txt\n@@ -1 +1 @@\n-canary\n+x\n")]
    [InlineData("diff --git a/a.txt b/../outside/x\nsimilarity index 100%\nrename from a.txt\nrename to ../outside/x\n")]
    [InlineData("diff --git a/a.txt b/out/x\nrename from a.txt\nrename to out/x\n")]
    [InlineData("diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+../outside\n\\ No newline at end of file\n")]
    [InlineData("diff --git a/m b/m\nnew file mode 160000\n--- /dev/null\n+++ b/m\n@@ -0,0 +1 @@\n+Subproject commit 1\n")]
    [InlineData("diff --git a/a.txt b/a.txt\nGIT binary patch\nliteral 5\nMcmZQzU|\n")]
    [InlineData("diff --git a/.git/hooks/x b/.git/hooks/x\nnew file mode 100755\n--- /dev/null\n+++ b/.git/hooks/x\n@@ -0,0 +1 @@\n+x\n")]
    [InlineData("diff --git \"a/\\056\\056/outside/x\" \"b/\\056\\056/outside/x\"\nnew file mode 100644\n--- /dev/null\n+++ \"b/\\056\\056/outside/x\"\n@@ -0,0 +1 @@\n+x\n")]
    [InlineData("--- /dev/null\n+++ \"b/a\\000b\"\n@@ -0,0 +1 @@\n+x\n")]
    [InlineData("*** Begin Patch\n*** Add File: ../outside/x\n+x\n*** End Patch")]
    [InlineData("*** Begin Patch\n*** Update File: a.txt\n*** Move to: ../outside/x\n*** End Patch")]
    [InlineData("*** Begin Patch\n*** Delete File: ../outside/secret.txt\n*** End Patch")]
    [InlineData("*** Begin Patch\n*** Delete File: file\n*** End Patch")]
    [InlineData("*** Begin Patch\n*** Add File: a.txt\n+x\n*** End Patch")]
    [InlineData("*** Begin Patch\n*** Update File: a.txt\n-one\n+1\n*** Delete File: ./a.txt\n*** End Patch")]
    [InlineData("*** Begin Patch\n*** Add File: x\n+x\n")]
    [InlineData("--- a/a.txt\n+++ b/a.txt\n@@ -1,999999999 +1,999999999 @@\n not there\n-x\n")]
    [InlineData("--- a/a.txt\n+++ b/a.txt\n@@ -99999999999999999999,1 +1 @@\n-not there\n")]
    [InlineData("--- a/a.txt\n@@ -1 +1 @@\n-one\n+1\n")]
    [InlineData("@@ -1 +1 @@\n-one\n+1\n")]
    [InlineData("nothing that looks like a patch")]
    [InlineData("\u0001\u0002\u0003")]
    public async Task A_hostile_or_broken_patch_changes_nothing(string patch)
    {
        _workspace.Write("a.txt", Numbers);
        _workspace.Link("out", _workspace.Outside);
        _workspace.Link("file", Path.Combine(_workspace.Outside, "secret.txt"));
        var result = await ApplyAsync(patch);
        Assert.NotEqual(ToolStatus.Succeeded, result.Status);
        Assert.Equal(Numbers, _workspace.Read("a.txt"));
        Assert.Equal(3, Directory.GetFileSystemEntries(_workspace.Root).Length);
        _workspace.AssertOutsideUntouched();
        Assert.False(File.Exists("/etc/cadre-test"));
    }

    [Fact]
    public async Task Hunks_made_to_take_long_do_not()
    {
        var text = string.Concat(Enumerable.Repeat("x\n", 60_000));
        var lines = Enumerable.Repeat(new PatchLine(' ', "x"), 30_000).Append(new PatchLine('-', "y")).ToList();
        var done = Task.Run(() => new HunkFit().Apply(text, [new Hunk(1, null, lines)], windowsLines: false), TestContext.Current.CancellationToken);
        var (_, problem) = await done.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.NotNull(problem);
    }

    [Fact]
    public async Task What_was_done_is_put_back_when_a_later_file_fails()
    {
        _workspace.Write("a.txt", "a\n");
        _workspace.Write("z.txt", "z\n");
        var files = ParsedPatch.Parse("*** Begin Patch\n*** Update File: a.txt\n-a\n+A\n*** Add File: n.txt\n+n\n*** Update File: z.txt\n-z\n+Z\n*** End Patch").Files;
        var plan = PatchPlan.Make(_workspace.Workspace, files, out _)!;
        await Task.Delay(20, TestContext.Current.CancellationToken);
        _workspace.Write("z.txt", "changed meanwhile\n");
        var result = plan.CarryOut("k");
        Assert.Equal(ToolStatus.Failed, result.Status);
        Assert.Equal("a\n", _workspace.Read("a.txt"));
        Assert.Equal("changed meanwhile\n", _workspace.Read("z.txt"));
        Assert.False(File.Exists(_workspace["n.txt"]));
        Assert.Equal(2, Directory.GetFileSystemEntries(_workspace.Root).Length);
    }

    [Fact]
    public async Task A_probe_knows_a_patch_that_happened_one_that_did_not_and_leaves_half_of_one_in_doubt()
    {
        _workspace.Write("a.txt", "a\n");
        _workspace.Write("b.txt", "b\n");
        var patch = WorkspaceFixture.Json("*** Begin Patch\n*** Update File: a.txt\n-a\n+A\n*** Add File: n.txt\n+n\n*** Delete File: b.txt\n*** End Patch");
        var tool = _workspace.Tool("apply_patch");
        var call = _workspace.Call($$"""{"patch":{{patch}}}""");
        var cancellation = TestContext.Current.CancellationToken;
        Assert.Same(Probed.DidNotHappen, await tool.ProbeAsync(call, cancellation));
        Assert.Equal(ToolStatus.Succeeded, (await tool.CallAsync(call, cancellation)).Status);
        Assert.Equal(ToolStatus.Succeeded, (await tool.ProbeAsync(call, cancellation))?.Result?.Status);
        _workspace.Write("b.txt", "b\n");
        Assert.Null(await tool.ProbeAsync(call, cancellation));
    }
}
