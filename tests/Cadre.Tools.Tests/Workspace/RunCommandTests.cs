using Cadre.Engine.Ports;
using Cadre.Engine.Tools;
using Cadre.Sandbox;

namespace Cadre.Tools.Tests.Workspaces;

/// <summary>Against the sandbox of this machine.</summary>
public sealed class RunCommandTests : IDisposable
{
    private readonly WorkspaceFixture _workspace = new(protectedPaths: ["policies"]);

    public void Dispose() => _workspace.Dispose();

    private static void NeedsSandbox()
    {
        if (new HostSandbox(SandboxOptions.Default).Level == SandboxLevel.None) Assert.Skip("No sandbox works on this machine.");
    }

    [Fact]
    public async Task A_command_gives_its_code_time_and_both_streams()
    {
        NeedsSandbox();
        _workspace.Write("sub/in.txt", "b\na\n");
        var result = await _workspace.CallAsync("run_command", """{"argv":["sort","in.txt"],"directory":"sub"}""");
        Assert.True(result.Status == ToolStatus.Succeeded, result.Output);
        Assert.Matches("^exit code 0 after [0-9.]+ s\nstdout:\na\nb$", result.Output);
        Assert.Equal(0, result.Structured!.Value.GetProperty("exit_code").GetInt32());

        var failed = await _workspace.CallAsync("run_command", """{"argv":["sh","-c","cat; echo oops >&2; exit 3"],"stdin":"given"}""");
        Assert.Equal(ToolStatus.Failed, failed.Status);
        Assert.Matches("^exit code 3 after [0-9.]+ s\nstdout:\ngiven\nstderr:\noops$", failed.Output);
        Assert.EndsWith("(no output)", (await _workspace.CallAsync("run_command", """{"argv":["true"]}""")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_takes_too_long_is_ended()
    {
        NeedsSandbox();
        var result = await _workspace.CallAsync("run_command", """{"argv":["sleep","600"],"timeout_seconds":1}""");
        Assert.Equal(ToolStatus.Failed, result.Status);
        Assert.Contains("at most 1 s", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_writes_in_the_workspace_but_not_outside_nor_to_what_is_protected()
    {
        NeedsSandbox();
        _workspace.Write(".git/config", "[core]\n");
        _workspace.Write("nested/.git/config", "[core]\n");
        _workspace.Write("policies/tools.yaml", "x");
        foreach (var target in new[] { ".git/config", "nested/.git/config", "policies/tools.yaml", "policies/new.yaml", Path.Combine(_workspace.Outside, "new") })
            await _workspace.CallAsync("run_command", $$"""{"argv":["sh","-c",{{WorkspaceFixture.Json($"echo bad > '{target}'")}}]}""");
        Assert.Equal("[core]\n", _workspace.Read(".git/config"));
        Assert.Equal("[core]\n", _workspace.Read("nested/.git/config"));
        Assert.Equal("x", _workspace.Read("policies/tools.yaml"));
        Assert.False(File.Exists(_workspace["policies/new.yaml"]));
        _workspace.AssertOutsideUntouched();
        Assert.Equal(ToolStatus.Succeeded, (await _workspace.CallAsync("run_command", """{"argv":["sh","-c","echo good > made"]}""")).Status);
        Assert.Equal("good\n", _workspace.Read("made"));
    }

    [Fact]
    public async Task A_link_that_a_command_made_is_not_followed_by_the_file_tools()
    {
        NeedsSandbox();
        await _workspace.CallAsync("run_command", $$"""{"argv":["ln","-s",{{WorkspaceFixture.Json(Path.Combine(_workspace.Outside, "secret.txt"))}},"out.txt"]}""");
        var result = await _workspace.CallAsync("read_file", """{"path":"out.txt"}""");
        Assert.Equal(ToolStatus.Failed, result.Status);
        Assert.Contains("leads outside the workspace", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"argv":[]}""")]
    [InlineData("""{"argv":[""]}""")]
    [InlineData("""{"argv":["a\u0000b"]}""")]
    [InlineData("""{"argv":["true"],"directory":".."}""")]
    [InlineData("""{"argv":["true"],"directory":"missing"}""")]
    [InlineData("""{"argv":["true"],"directory":"link"}""")]
    public async Task A_command_that_cannot_be_is_refused_before_it_starts(string json)
    {
        _workspace.Link("link", _workspace.Outside);
        var result = await _workspace.CallAsync("run_command", json);
        Assert.Equal(ToolStatus.Failed, result.Status);
        Assert.DoesNotContain("exit code", result.Output, StringComparison.Ordinal);
    }
}
