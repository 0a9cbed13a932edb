using System.Text;
using Cadre.Engine.Ports;

namespace Cadre.Sandbox.Tests;

public sealed class A_command
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Machine.Levels), MemberType = typeof(Machine))]
    public async Task ends_with_its_output_and_exit_code(SandboxLevel level)
    {
        using var workspace = new Workspace();

        var result = await Machine.Sandbox(level).RunAsync(workspace.Shell("echo out; echo err >&2; exit 7"), null, Cancellation);

        Assert.Equal((7, "out\n", "err\n", SandboxEnd.Exited), (result.ExitCode, result.Stdout, result.Stderr, result.End));
    }

    [Theory, MemberData(nameof(Machine.Levels), MemberType = typeof(Machine))]
    public async Task that_a_signal_ends_says_which(SandboxLevel level)
    {
        using var workspace = new Workspace();

        var terminated = await Machine.Sandbox(level).RunAsync(workspace.Shell("kill -TERM $$"), null, Cancellation);
        var killed = await Machine.Sandbox(level).RunAsync(workspace.Shell("kill -KILL $$"), null, Cancellation);

        Assert.Equal((143, SandboxEnd.Exited), (terminated.ExitCode, terminated.End));
        Assert.Equal((137, SandboxEnd.Killed), (killed.ExitCode, killed.End));
    }

    [Theory, MemberData(nameof(Machine.Levels), MemberType = typeof(Machine))]
    public async Task that_does_not_exist_is_not_found(SandboxLevel level)
    {
        using var workspace = new Workspace();

        var result = await Machine.Sandbox(level).RunAsync(workspace.Command("no-such-program"), null, Cancellation);

        Assert.Equal((127, SandboxEnd.Exited), (result.ExitCode, result.End));
        Assert.Equal("no-such-program: No such file or directory\n", result.Stderr);
    }

    [Theory, MemberData(nameof(Machine.Levels), MemberType = typeof(Machine))]
    public async Task reads_its_input_to_the_end(SandboxLevel level)
    {
        using var workspace = new Workspace();
        var input = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("0123456789abcde\n", 20_000)));

        var result = await Machine.Sandbox(level).RunAsync(workspace.Command("wc", "-c") with { Stdin = input }, null, Cancellation);
        var ignored = await Machine.Sandbox(level).RunAsync(workspace.Command("true") with { Stdin = input }, null, Cancellation);

        Assert.Equal("320000", result.Stdout.Trim());
        Assert.Equal(0, ignored.ExitCode);
    }

    [Theory, MemberData(nameof(Machine.Levels), MemberType = typeof(Machine))]
    public async Task has_exactly_the_environment_that_it_was_given(SandboxLevel level)
    {
        using var workspace = new Workspace();
        var command = workspace.Command("env", "-0") with
        {
            Environment = new Dictionary<string, string> { ["GREETING"] = "hello\nworld = ü", ["LANG"] = "C" },
        };

        var result = await Machine.Sandbox(level).RunAsync(command, null, Cancellation);

        var variables = result.Stdout.Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(text => text.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        Assert.Equal(["GREETING", "HOME", "LANG", "PATH", "PWD", "TMPDIR"], variables.Keys.Order());
        Assert.Equal("hello\nworld = ü", variables["GREETING"]);
        Assert.Equal("C", variables["LANG"]);
        Assert.Equal(workspace.Path, variables["PWD"]);
    }

    [Theory, MemberData(nameof(Machine.Levels), MemberType = typeof(Machine))]
    public async Task inherits_no_descriptor_but_its_streams(SandboxLevel level)
    {
        using var workspace = new Workspace();

        var result = await Machine.Sandbox(level).RunAsync(workspace.Command("ls", "/proc/self/fd"), null, Cancellation);

        Assert.Equal("0\n1\n2\n3\n", result.Stdout);
    }

    [Theory, MemberData(nameof(Machine.Levels), MemberType = typeof(Machine))]
    public async Task starts_in_its_working_directory_at_the_path_of_the_host(SandboxLevel level)
    {
        using var workspace = new Workspace();
        workspace.Write("deep/er/file", "");

        var result = await Machine.Sandbox(level).RunAsync(workspace.Command("pwd") with { WorkingDirectory = "deep/er" }, null, Cancellation);

        Assert.Equal(workspace.File("deep/er") + "\n", result.Stdout);
    }

    [Theory, MemberData(nameof(Machine.Levels), MemberType = typeof(Machine))]
    public async Task streams_its_output_while_it_runs(SandboxLevel level)
    {
        using var workspace = new Workspace();
        var first = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var command = workspace.Shell("printf 'on\\303'; sleep 0.2; printf '\\274e'; while [ ! -e go ]; do sleep 0.05; done; echo two");
        var heard = new StringBuilder();

        var running = Machine.Sandbox(level).RunAsync(command, chunk =>
        {
            heard.Append(chunk);
            if (heard.ToString() == "onüe") first.TrySetResult(heard.ToString());
        }, Cancellation).AsTask();
        await first.Task.WaitAsync(TimeSpan.FromMinutes(1), Cancellation);
        workspace.Write("go", "");

        Assert.Equal("onüetwo\n", (await running).Stdout);
        Assert.Equal("onüetwo\n", heard.ToString());
    }

    [Theory, MemberData(nameof(Machine.Levels), MemberType = typeof(Machine))]
    public async Task ends_when_its_listener_fails(SandboxLevel level)
    {
        using var workspace = new Workspace();
        var running = Machine.Sandbox(level).RunAsync(workspace.Shell("echo x; sleep 600"), _ => throw new InvalidDataException("listener"), Cancellation);

        await Assert.ThrowsAsync<InvalidDataException>(async () => await running);
    }

    [Theory, MemberData(nameof(Machine.Levels), MemberType = typeof(Machine))]
    public async Task leaves_files_that_its_user_can_change_and_delete(SandboxLevel level)
    {
        using var workspace = new Workspace();
        workspace.Write("given", "before");

        var result = await Machine.Sandbox(level).RunAsync(
            workspace.Shell("echo made > made; mkdir -p a/b; echo deep > a/b/c; echo after >> given; chmod 700 a; [ -O given ] && echo owner"), null, Cancellation);

        Assert.Equal((0, "owner\n"), (result.ExitCode, result.Stdout));
        Assert.Equal("made\n", File.ReadAllText(workspace.File("made")));
        Assert.Equal("beforeafter\n", File.ReadAllText(workspace.File("given")));
        File.AppendAllText(workspace.File("a/b/c"), "more");
        Directory.Delete(workspace.File("a"), recursive: true);
    }

    [Theory, MemberData(nameof(Machine.Levels), MemberType = typeof(Machine))]
    public async Task can_use_its_home_and_temporary_directory(SandboxLevel level)
    {
        using var workspace = new Workspace();

        var result = await Machine.Sandbox(level).RunAsync(workspace.Shell("f=$(mktemp) && echo x > $f && mkdir -p $HOME/a/b && touch $HOME/a/b/c && chmod 0 $HOME/a && touch $HOME/y && echo fine > /dev/null && head -c 3 /dev/zero | wc -c"), null, Cancellation);

        Assert.Equal((0, "3\n", ""), (result.ExitCode, result.Stdout, result.Stderr));
    }
}
