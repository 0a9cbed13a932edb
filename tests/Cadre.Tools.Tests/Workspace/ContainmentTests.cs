using System.Text.Json;
using Cadre.Engine.Policies;
using Cadre.Engine.Tools;
using Cadre.Tools.Workspaces;

namespace Cadre.Tools.Tests.Workspaces;

public sealed class ContainmentTests : IDisposable
{
    private readonly WorkspaceFixture _workspace = new(protectedPaths: ["policies"]);

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData("../outside/secret.txt")]
    [InlineData("a/../../outside/secret.txt")]
    [InlineData("/etc/hostname")]
    [InlineData("out/secret.txt")]
    [InlineData("relative/secret.txt")]
    [InlineData("file")]
    [InlineData("chain")]
    [InlineData("/proc/self/environ")]
    [InlineData("proc/environ")]
    public async Task Nothing_outside_is_read(string path)
    {
        _workspace.Link("out", _workspace.Outside);
        _workspace.Link("relative", "../outside");
        _workspace.Link("file", Path.Combine(_workspace.Outside, "secret.txt"));
        _workspace.Link("chain", "file");
        _workspace.Link("proc", "/proc/self");
        foreach (var tool in new[] { "read_file", "list_directory" })
        {
            var result = await _workspace.CallAsync(tool, $$"""{"path":{{WorkspaceFixture.Json(path)}}}""");
            Assert.Equal(ToolStatus.Failed, result.Status);
            Assert.DoesNotContain("canary", result.Output, StringComparison.Ordinal);
        }

        var found = await _workspace.CallAsync("search", $$"""{"pattern":"canary|PATH=","path":{{WorkspaceFixture.Json(path)}}}""");
        Assert.Equal(ToolStatus.Failed, found.Status);
    }

    [Theory]
    [InlineData("../outside/new.txt")]
    [InlineData("../outside/secret.txt")]
    [InlineData("out/new.txt")]
    [InlineData("out/sub/new.txt")]
    [InlineData("file")]
    [InlineData("dangling")]
    [InlineData("inward/new.txt")]
    public async Task Nothing_is_written_through_a_link_or_outside(string path)
    {
        _workspace.Write("real/a.txt", "a");
        _workspace.Link("out", _workspace.Outside);
        _workspace.Link("file", "../outside/secret.txt");
        _workspace.Link("dangling", "../outside/new.txt");
        _workspace.Link("inward", "real");
        var result = await _workspace.CallAsync("write_file", $$"""{"path":{{WorkspaceFixture.Json(path)}},"content":"x"}""");
        Assert.Equal(ToolStatus.Failed, result.Status);
        _workspace.AssertOutsideUntouched();
        Assert.Equal(["a.txt"], Directory.GetFileSystemEntries(_workspace["real"]).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Links_that_stay_inside_are_read_when_the_policy_allows_their_target()
    {
        _workspace.Write("real/a.txt", "content of a");
        _workspace.Write("private/b.txt", "content of b");
        _workspace.Link("a", "real/a.txt");
        _workspace.Link("b", "private/b.txt");
        _workspace.Judge = facts => facts.Paths.Any(use => use.Path.StartsWith("private/", StringComparison.Ordinal))
            ? new(VerdictKind.Deny, "paths.private", "Private.")
            : new(VerdictKind.Allow, "rest", "");

        Assert.Equal("content of a", (await _workspace.CallAsync("read_file", """{"path":"a"}""")).Output);
        var refused = await _workspace.CallAsync("read_file", """{"path":"b"}""");
        Assert.Equal(ToolStatus.Failed, refused.Status);
        Assert.Contains("paths.private", refused.Output, StringComparison.Ordinal);

        var found = await _workspace.CallAsync("search", """{"pattern":"content of"}""");
        Assert.Contains("real/a.txt:1:content of a", found.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("content of b", found.Output, StringComparison.Ordinal);
        Assert.Contains("1 file left out", found.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".git/config")]
    [InlineData(".GIT/hooks/post-checkout")]
    [InlineData("sub/.git/config")]
    [InlineData("policies/tools.yaml")]
    public async Task Protected_paths_are_denied_to_every_tool_that_writes(string path)
    {
        _workspace.Write("x.txt", "x\n");
        var json = WorkspaceFixture.Json(path);
        Assert.Equal(ToolStatus.Denied, (await _workspace.CallAsync("write_file", $$"""{"path":{{json}},"content":"x"}""")).Status);
        Assert.Equal(ToolStatus.Denied, (await _workspace.CallAsync("edit_file", $$"""{"path":{{json}},"old_text":"a","new_text":"b"}""")).Status);
        var patch = WorkspaceFixture.Json($"*** Begin Patch\n*** Update File: x.txt\n*** Move to: {path}\n*** End Patch");
        Assert.Equal(ToolStatus.Denied, (await _workspace.CallAsync("apply_patch", $$"""{"patch":{{patch}}}""")).Status);
        Assert.False(File.Exists(_workspace[path]));
        Assert.Equal("x\n", _workspace.Read("x.txt"));
    }

    [Fact]
    public async Task Pipes_and_devices_are_not_opened()
    {
        _workspace.Pipe("pipe");
        _workspace.Link("device", "/dev/zero");
        foreach (var (tool, json) in new[]
        {
            ("read_file", """{"path":"pipe"}"""),
            ("read_file", """{"path":"device"}"""),
            ("search", """{"pattern":"x","path":"pipe"}"""),
            ("write_file", """{"path":"pipe","content":"x"}"""),
            ("edit_file", """{"path":"pipe","old_text":"x","new_text":"y"}"""),
        })
        {
            var result = await _workspace.CallAsync(tool, json).AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            Assert.Equal(ToolStatus.Failed, result.Status);
        }

        var search = await _workspace.CallAsync("search", """{"pattern":"x"}""").AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.Equal(ToolStatus.Succeeded, search.Status);
    }

    [Fact]
    public async Task A_directory_that_keeps_turning_into_a_link_never_lets_a_call_out()
    {
        const int Rounds = 2_000;
        _workspace.Write("kept/secret.txt", "inside");
        var directory = _workspace["swap"];
        Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, "secret.txt"), "inside");
        _workspace.Link("swap.link", _workspace.Outside);
        using var stop = new CancellationTokenSource();
        var swaps = 0;
        var swapper = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                if (WorkspaceFixture.Exchange(directory, directory + ".link") == 0) swaps++;
            }
        });
        swapper.Start();
        try
        {
            var (read, write) = (_workspace.Tool("read_file"), _workspace.Tool("write_file"));
            var (search, patch) = (_workspace.Tool("search"), _workspace.Tool("apply_patch"));
            for (var round = 0; round < Rounds; round++)
            {
                var cancellation = TestContext.Current.CancellationToken;
                var seen = await read.CallAsync(_workspace.Call("""{"path":"swap/secret.txt"}"""), cancellation);
                Assert.DoesNotContain("canary", seen.Output, StringComparison.Ordinal);
                await write.CallAsync(_workspace.Call($$"""{"path":"swap/new/file.txt","content":"{{round}}"}"""), cancellation);
                await write.CallAsync(_workspace.Call($$"""{"path":"swap/secret.txt","content":"inside {{round}}"}"""), cancellation);
                if (round % 10 != 0) continue;
                var found = await search.CallAsync(_workspace.Call("""{"pattern":"canary"}"""), cancellation);
                Assert.StartsWith("No line matches", found.Output, StringComparison.Ordinal);
                await patch.CallAsync(_workspace.Call($$"""{"patch":"*** Begin Patch\n*** Delete File: swap/secret.txt\n*** Add File: swap/p{{round}}\n+x\n*** End Patch"}"""), cancellation);
            }
        }
        finally
        {
            await stop.CancelAsync();
            swapper.Join();
        }

        Assert.True(swaps > 100, $"Only {swaps} swaps were made.");
        _workspace.AssertOutsideUntouched();
    }

    [Fact]
    public void Facts_name_what_a_call_would_touch()
    {
        static JsonElement Arguments(string json) => JsonDocument.Parse(json).RootElement;
        Assert.Equal([new PathUse("../etc/x", PathAccess.Write)], _workspace.Tool("write_file").Facts(Arguments("""{"path":"a/../../etc/x","content":""}""")).Paths);
        Assert.Equal([new PathUse("a/b", PathAccess.Read)], _workspace.Tool("read_file").Facts(Arguments($$"""{"path":{{WorkspaceFixture.Json(_workspace["a/b"])}}}""")).Paths);
        Assert.Equal([new PathUse(".", PathAccess.Read)], _workspace.Tool("search").Facts(Arguments("""{"pattern":"x"}""")).Paths);
        var command = _workspace.Tool("run_command").Facts(Arguments("""{"argv":["git","push"],"directory":".."}"""));
        Assert.Equal(["git", "push"], command.Argv);
        Assert.Equal("../", command.Paths.Single().Path);
        var patch = _workspace.Tool("apply_patch").Facts(Arguments($$"""{"patch":{{WorkspaceFixture.Json("*** Begin Patch\n*** Update File: a\n*** Move to: ../b\n*** Delete File: c\n*** End Patch")}}}"""));
        Assert.Equal([new("a", PathAccess.Delete), new("../b", PathAccess.Write), new PathUse("c", PathAccess.Delete)], patch.Paths);
    }

    [Fact]
    public void Opening_a_workspace_that_is_not_there_says_so() =>
        Assert.Contains("does not exist", Assert.Throws<WorkspaceUnavailableException>(() => Workspace.Open(_workspace["missing"])).Message, StringComparison.Ordinal);
}
