using Cadre.Engine.Ports;

namespace Cadre.Sandbox.Tests;

public sealed class A_protected_path
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Machine.Levels), MemberType = typeof(Machine))]
    public async Task can_be_read_but_not_changed_removed_or_replaced(SandboxLevel level)
    {
        using var workspace = new Workspace();
        workspace.Write(".git/config", "mine");
        workspace.Write("policy.yaml", "mine");
        var command = workspace.Shell(
            "cat .git/config policy.yaml; echo x > .git/config; echo x > policy.yaml; touch .git/hook; rm -rf .git policy.yaml; mv .git moved; mv policy.yaml moved; " +
            "ln -f other policy.yaml; ln policy.yaml link && echo x > link; sed -i s/mine/yours/ policy.yaml; chmod 777 .git policy.yaml") with { Protected = [".git", "policy.yaml"] };

        var result = await Machine.Sandbox(level).RunAsync(command, null, Cancellation);

        Assert.Equal("minemine", result.Stdout);
        Assert.Equal("mine", File.ReadAllText(workspace.File(".git/config")));
        Assert.Equal("mine", File.ReadAllText(workspace.File("policy.yaml")));
        Assert.Equal(["config"], Directory.GetFileSystemEntries(workspace.File(".git")).Select(Path.GetFileName));
    }

    [Theory, MemberData(nameof(Machine.Levels), MemberType = typeof(Machine))]
    public async Task that_does_not_exist_cannot_be_created(SandboxLevel level)
    {
        using var workspace = new Workspace();
        var command = workspace.Shell(
            "mkdir .git; touch .git; mkdir -p .git/hooks; ln -s /tmp .git; mkdir other; mv -T other .git; rm -rf .git; rmdir .git; mkdir -p deep/policies; touch deep/policies/x; cp /etc/passwd .git; mv .git aside; true")
            with { Protected = [".git", "deep/policies"] };

        var result = await Machine.Sandbox(level).RunAsync(command, null, Cancellation);

        Assert.Equal(0, result.ExitCode);
        Assert.DoesNotContain(".git", Directory.GetFileSystemEntries(workspace.Path).Select(Path.GetFileName));
        Assert.False(Path.Exists(workspace.File("deep/policies")));
        Assert.False(Path.Exists(workspace.File("deep")));
    }

    [Theory, MemberData(nameof(Machine.Levels), MemberType = typeof(Machine))]
    public async Task stays_when_its_parent_is_moved_away(SandboxLevel level)
    {
        using var workspace = new Workspace();
        workspace.Write("a/b/policies/tools.yaml", "mine");
        workspace.Write("a/b/free", "");
        var command = workspace.Shell("mv a away; mv a/b a/away; mv a/b/policies a/b/away; mkdir -p a/b/policies; echo x > a/b/policies/tools.yaml; echo x > a/b/free; true")
            with { Protected = ["a/b/policies"] };

        await Machine.Sandbox(level).RunAsync(command, null, Cancellation);

        Assert.Equal("mine", File.ReadAllText(workspace.File("a/b/policies/tools.yaml")));
        Assert.Equal("x\n", File.ReadAllText(workspace.File("a/b/free")));
    }

    [Theory, MemberData(nameof(Machine.Levels), MemberType = typeof(Machine))]
    public async Task leaves_what_stands_beside_it_writable(SandboxLevel level)
    {
        using var workspace = new Workspace();
        workspace.Write(".git/config", "");
        workspace.Write("src/file", "");
        workspace.Write("file", "");

        var result = await Machine.Sandbox(level).RunAsync(
            workspace.Shell("echo x > file && mkdir src/new && echo x > src/new/file && mv src/file src/moved") with { Protected = [".git"] }, null, Cancellation);

        Assert.Equal((0, ""), (result.ExitCode, result.Stderr));
        Assert.True(File.Exists(workspace.File("src/new/file")));
    }

    [Fact]
    public async Task that_is_a_link_is_refused_because_it_could_be_replaced()
    {
        using var workspace = new Workspace();
        File.CreateSymbolicLink(workspace.File("policies"), "/usr/share");

        var refusal = await Assert.ThrowsAsync<SandboxUnavailableException>(async () =>
            await Machine.Sandbox(SandboxLevel.Bubblewrap).RunAsync(workspace.Command("true") with { Protected = ["policies"] }, null, Cancellation));

        Assert.Contains("symbolic link", refusal.Message);
    }

    [Fact]
    public async Task holds_for_the_last_of_several_commands()
    {
        using var workspace = new Workspace();
        var sandbox = Machine.Sandbox(SandboxLevel.Bubblewrap);
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var slow = sandbox.RunAsync(
            workspace.Shell("echo started; while [ ! -e go ]; do sleep 0.05; done; mkdir .git; mkdir .git/hooks; true") with { Protected = [".git"] },
            _ => started.TrySetResult(), Cancellation).AsTask();
        await started.Task.WaitAsync(Cancellation);

        for (var i = 0; i < 5; i++) await sandbox.RunAsync(workspace.Command("true") with { Protected = [".git"] }, null, Cancellation);
        workspace.Write("go", "");
        await slow;

        Assert.Equal(["go"], Directory.GetFileSystemEntries(workspace.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task left_behind_by_a_crash_goes_with_the_next_command()
    {
        using var workspace = new Workspace();
        using (var launcher = new Launched(["launch", nameof(SandboxLevel.Bubblewrap), "true", workspace.Path, ".git"], []))
        {
            Assert.Equal("ready", await launcher.ReadLineAsync(Cancellation));
            await launcher.KillAsync(Cancellation);
        }

        Assert.True(Directory.Exists(workspace.File(".git")));
        await Machine.Sandbox(SandboxLevel.Bubblewrap).RunAsync(workspace.Command("true") with { Protected = [".git"] }, null, Cancellation);

        Assert.Empty(Directory.GetFileSystemEntries(workspace.Path));
    }

    [Theory]
    [InlineData("../outside")]
    [InlineData("/etc")]
    [InlineData("a/../../outside")]
    public async Task outside_of_the_directory_is_refused(string path)
    {
        using var workspace = new Workspace();

        await Assert.ThrowsAsync<SandboxUnavailableException>(async () =>
            await Machine.Sandbox(SandboxLevel.Bubblewrap).RunAsync(workspace.Command("true") with { Protected = [path] }, null, Cancellation));
    }

    [Theory, MemberData(nameof(Machine.Levels), MemberType = typeof(Machine))]
    public async Task is_everything_when_the_directory_is_not_writable(SandboxLevel level)
    {
        using var workspace = new Workspace();
        workspace.Write("file", "mine");

        var result = await Machine.Sandbox(level).RunAsync(
            workspace.Shell("cat file; echo x > file; touch new; rm file; mkdir dir") with { WritableDirectory = false, Protected = [".git"] }, null, Cancellation);

        Assert.Equal("mine", result.Stdout);
        Assert.Equal("mine", File.ReadAllText(workspace.File("file")));
        Assert.Equal(["file"], Directory.GetFileSystemEntries(workspace.Path).Select(Path.GetFileName));
    }
}
