using System.Runtime.Versioning;
using System.Text;
using Cadre.Engine.Ports;
using Cadre.Engine.Tools;
using Cadre.Tools.Workspaces;

namespace Cadre.Tools.Tests.Workspaces;

[SupportedOSPlatform("linux")]
public sealed class WritingTests : IDisposable
{
    private readonly WorkspaceFixture _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task Writing_makes_directories_and_says_what_changed()
    {
        var created = await _workspace.CallAsync("write_file", """{"path":"a/b/ü.txt","content":"one\ntwo\n"}""");
        Assert.Equal("Created 'a/b/ü.txt': 2 lines, 8 bytes.", created.Output);
        var replaced = await _workspace.CallAsync("write_file", """{"path":"a/b/ü.txt","content":"one\nthree\n"}""");
        Assert.Equal("Replaced 'a/b/ü.txt': 2 lines, 10 bytes.\n@@ -1,2 +1,2 @@\n one\n-two\n+three", replaced.Output);
        Assert.Equal("one\nthree\n", _workspace.Read("a/b/ü.txt"));
        Assert.Contains("nothing was changed", (await _workspace.CallAsync("write_file", """{"path":"a/b/ü.txt","content":"one\nthree\n"}""")).Output, StringComparison.Ordinal);
        Assert.Equal(["ü.txt"], Directory.GetFileSystemEntries(_workspace["a/b"]).Select(Path.GetFileName));
    }

    [Fact]
    public async Task The_mode_of_a_replaced_file_is_kept_and_read_only_files_are_left_alone()
    {
        _workspace.Write("run.sh", "a");
        File.SetUnixFileMode(_workspace["run.sh"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await _workspace.CallAsync("write_file", """{"path":"run.sh","content":"b"}""");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_workspace["run.sh"]));

        _workspace.Write("fixed", "a");
        File.SetUnixFileMode(_workspace["fixed"], UnixFileMode.UserRead);
        Assert.Contains("read-only", (await _workspace.CallAsync("write_file", """{"path":"fixed","content":"b"}""")).Output, StringComparison.Ordinal);
        Assert.Equal("a", _workspace.Read("fixed"));
    }

    [Fact]
    public async Task A_file_with_another_name_outside_keeps_its_content()
    {
        File.WriteAllText(_workspace["a"], "shared");
        Assert.Equal(0, HardLink(_workspace["a"], Path.Combine(_workspace.Outside, "same")));
        await _workspace.CallAsync("write_file", """{"path":"a","content":"new"}""");
        Assert.Equal("shared", File.ReadAllText(Path.Combine(_workspace.Outside, "same")));
    }

    [Theory]
    [InlineData("""{"path":"d","content":"x"}""", "is a directory")]
    [InlineData("""{"path":"f/x","content":"x"}""", "is a file and not a directory")]
    [InlineData("""{"path":".","content":"x"}""", "is a directory")]
    [InlineData("""{"path":"a\u0000b","content":"x"}""", "control character")]
    [InlineData("""{"path":"new","content":"\ud800"}""", "surrogate")]
    public async Task A_write_that_cannot_be_is_explained(string json, string reason)
    {
        Directory.CreateDirectory(_workspace["d"]);
        _workspace.Write("f", "");
        var result = await _workspace.CallAsync("write_file", json);
        Assert.Equal(ToolStatus.Failed, result.Status);
        Assert.Contains(reason, result.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(_workspace["new"]));
    }

    [Fact]
    public async Task An_edit_replaces_exactly_one_place()
    {
        _workspace.Write("a.cs", "int a = 1;\nint b = 2;\nint c = 3;\nint d = 4;\nint e = 5;\nint f = 6;\n");
        var result = await _workspace.CallAsync("edit_file", """{"path":"a.cs","old_text":"int c = 3;","new_text":"int c = 30;\nint c2 = 31;"}""");
        Assert.Equal("Edited 'a.cs': 1 replacement, from line 3.\n@@ -1,5 +1,6 @@\n int a = 1;\n int b = 2;\n-int c = 3;\n+int c = 30;\n+int c2 = 31;\n int d = 4;\n int e = 5;", result.Output);
        Assert.Contains("int c2 = 31;\nint d", _workspace.Read("a.cs"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_edit_that_does_not_fit_is_explained_and_changes_nothing()
    {
        const string Text = "if (x)\n{\n    Call(one, two);\n}\nreturn;\nreturn;\n";
        _workspace.Write("a.cs", Text);
        var spaces = await _workspace.CallAsync("edit_file", """{"path":"a.cs","old_text":"{\n  Call(one, two);\n}","new_text":"x"}""");
        Assert.Contains("What stands from line 2 differs only in spaces or indentation:\n{\n    Call(one, two);\n}", spaces.Output, StringComparison.Ordinal);
        var close = await _workspace.CallAsync("edit_file", """{"path":"a.cs","old_text":"Call(one, three);","new_text":"x"}""");
        Assert.Contains("from line 3 is the closest", close.Output, StringComparison.Ordinal);
        var twice = await _workspace.CallAsync("edit_file", """{"path":"a.cs","old_text":"return;","new_text":"x"}""");
        Assert.Contains("2 times (lines 5, 6)", twice.Output, StringComparison.Ordinal);
        var absent = await _workspace.CallAsync("edit_file", """{"path":"a.cs","old_text":"zzz999","new_text":"x"}""");
        Assert.Contains("nor anything like it", absent.Output, StringComparison.Ordinal);
        var same = await _workspace.CallAsync("edit_file", """{"path":"a.cs","old_text":"return;","new_text":"return;"}""");
        Assert.Contains("nothing to change", same.Output, StringComparison.Ordinal);
        Assert.Equal(Text, _workspace.Read("a.cs"));

        var all = await _workspace.CallAsync("edit_file", """{"path":"a.cs","old_text":"return;","new_text":"x","replace_all":true}""");
        Assert.StartsWith("Edited 'a.cs': 2 replacements", all.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_edit_keeps_line_ends_and_byte_order_marks()
    {
        File.WriteAllText(_workspace["w.txt"], "a\r\nb\r\nc\r\n", new UTF8Encoding(true));
        await _workspace.CallAsync("edit_file", """{"path":"w.txt","old_text":"a\nb","new_text":"x\ny"}""");
        Assert.Equal([0xef, 0xbb, 0xbf, .. "x\r\ny\r\nc\r\n"u8], await File.ReadAllBytesAsync(_workspace["w.txt"], TestContext.Current.CancellationToken));
        File.WriteAllBytes(_workspace["latin"], [0x61, 0xe9, 0x0a]);
        Assert.Contains("not UTF-8", (await _workspace.CallAsync("edit_file", """{"path":"latin","old_text":"a","new_text":"b"}""")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Edits_made_side_by_side_do_not_undo_each_other()
    {
        const int Edits = 40;
        _workspace.Write("a.txt", string.Concat(Enumerable.Range(0, Edits).Select(i => $"<{i}>\n")));
        var edit = _workspace.Tool("edit_file");
        var results = await Task.WhenAll(Enumerable.Range(0, Edits).Select(i => Task.Run(async () =>
            await edit.CallAsync(_workspace.Call($$"""{"path":"a.txt","old_text":"<{{i}}>","new_text":"[{{i}}]"}"""), TestContext.Current.CancellationToken))));
        Assert.All(results, result => Assert.Equal(ToolStatus.Succeeded, result.Status));
        Assert.Equal(string.Concat(Enumerable.Range(0, Edits).Select(i => $"[{i}]\n")), _workspace.Read("a.txt"));
    }

    [Theory]
    [InlineData("a", "b", "a c", "b c")]
    [InlineData("a", "a\na", "a c", "a\na c")]
    [InlineData("a c", "a", "x a c", "x a")]
    [InlineData("a", "", "xa", "x")]
    public async Task A_probe_knows_what_an_interrupted_edit_did(string old, string @new, string before, string after)
    {
        var edit = _workspace.Tool("edit_file");
        var call = _workspace.Call($$"""{"path":"a.txt","old_text":{{WorkspaceFixture.Json(old)}},"new_text":{{WorkspaceFixture.Json(@new)}}}""");
        _workspace.Write("a.txt", before);
        Assert.Same(Probed.DidNotHappen, await edit.ProbeAsync(call, TestContext.Current.CancellationToken));
        Assert.Equal(ToolStatus.Succeeded, (await edit.CallAsync(call, TestContext.Current.CancellationToken)).Status);
        Assert.Equal(after, _workspace.Read("a.txt"));
        if (!KeepsMarks()) Assert.Skip("The file system keeps no user attributes.");
        Assert.Equal(ToolStatus.Succeeded, (await edit.ProbeAsync(call, TestContext.Current.CancellationToken))?.Result?.Status);
    }

    [Theory]
    [InlineData("a", "b", "b", true)]
    [InlineData("a", "b", "nothing of it", null)]
    [InlineData("a", "b", "a and b", null)]
    [InlineData("a", "aa", "aa", null)]
    [InlineData("a", "", "x", null)]
    [InlineData("a", "b", "a", false)]
    public async Task Without_a_mark_a_probe_is_certain_or_says_nothing(string old, string @new, string content, bool? happened)
    {
        _workspace.Write("x.txt", content);
        var call = _workspace.Call($$"""{"path":"x.txt","old_text":{{WorkspaceFixture.Json(old)}},"new_text":{{WorkspaceFixture.Json(@new)}}}""");
        var probed = await _workspace.Tool("edit_file").ProbeAsync(call, TestContext.Current.CancellationToken);
        Assert.Equal(happened, probed is null ? null : probed.Result is not null);
    }

    [Fact]
    public async Task What_a_killed_attempt_left_is_taken_over_and_never_shown()
    {
        var call = _workspace.Call("""{"path":"a.txt","content":"x"}""", key: "the key");
        Assert.True(StagedFile.Create(_workspace.Workspace, WorkspacePath.Parse("a.txt"), "half"u8, "the key", null).TryGet(out _, out _));
        Assert.Single(Directory.GetFiles(_workspace.Root));
        Assert.Equal("'.' is empty.", (await _workspace.CallAsync("list_directory", "{}")).Output);
        await _workspace.Tool("write_file").CallAsync(call, TestContext.Current.CancellationToken);
        Assert.Equal([_workspace["a.txt"]], Directory.GetFiles(_workspace.Root));
    }

    [Fact]
    public void More_than_the_limit_is_not_written()
    {
        var big = new byte[Workspace.MaxFileBytes + 1];
        Assert.False(StagedFile.Create(_workspace.Workspace, WorkspacePath.Parse("a.txt"), big, "k", null).TryGet(out _, out var problem));
        Assert.Equal(FileProblemKind.TooLarge, problem.Kind);
        Assert.Empty(Directory.GetFiles(_workspace.Root));
    }

    private static bool KeepsMarks()
    {
        using var workspace = new WorkspaceFixture();
        if (!StagedFile.Create(workspace.Workspace, WorkspacePath.Parse("m"), "x"u8, "k", null).TryGet(out var staged, out _)) return false;
        using (staged) staged.Commit();
        if (!workspace.Workspace.OpenFile(WorkspacePath.Parse("m")).TryGet(out var opened, out _)) return false;
        using (opened) return StagedFile.WasWrittenBy(opened.Handle, "k") == true;
    }

    [System.Runtime.InteropServices.DllImport("libc", EntryPoint = "link", CharSet = System.Runtime.InteropServices.CharSet.Ansi)]
    private static extern int HardLink(string from, string to);
}
