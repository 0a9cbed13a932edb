using System.Text;
using Cadre.Engine.Ports;

namespace Cadre.Sandbox.Tests;

public sealed class A_started_process
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Machine.Levels), MemberType = typeof(Machine))]
    public async Task is_spoken_to_over_its_streams(SandboxLevel level)
    {
        using var workspace = new Workspace();
        await using var process = await Machine.Sandbox(level).StartAsync(workspace.Shell("while read line; do echo \"heard $line\"; echo \"$line\" >&2; done; exit 4"), Cancellation);
        using var output = new StreamReader(process.Output);
        using var error = new StreamReader(process.Error);

        await process.Input.WriteAsync("one\n"u8.ToArray(), Cancellation);
        Assert.Equal("heard one", await output.ReadLineAsync(Cancellation));
        await process.Input.WriteAsync("two\n"u8.ToArray(), Cancellation);
        Assert.Equal("heard two", await output.ReadLineAsync(Cancellation));
        process.Input.Dispose();

        Assert.Equal(4, await process.Exited.WaitAsync(Cancellation));
        Assert.Equal("one\ntwo\n", await error.ReadToEndAsync(Cancellation));
    }

    [Theory, MemberData(nameof(Machine.Ways), MemberType = typeof(Machine))]
    public async Task ends_with_all_that_it_started_when_it_is_disposed(SandboxLevel level, bool cgroups)
    {
        using var workspace = new Workspace();
        var process = await Machine.Sandbox(level, cgroups).StartAsync(
            workspace.Shell($"{Machine.Orphans(workspace.Path)} sleep 0.3; echo ready; sleep 600; : {workspace.Path}"), Cancellation);
        Assert.Equal("ready", await new StreamReader(process.Output).ReadLineAsync(Cancellation));

        await process.DisposeAsync();

        Assert.Empty(Machine.ProcessesNaming(workspace.Path));
        Assert.Equal(137, await process.Exited);
    }

    [Fact]
    public async Task outlives_the_limits_on_time()
    {
        using var workspace = new Workspace();
        var command = workspace.Command("cat");
        var limits = command.Limits with { Wall = TimeSpan.FromMilliseconds(1), Cpu = TimeSpan.FromMilliseconds(1) };
        await using var process = await Machine.Sandbox(SandboxLevel.Bubblewrap).StartAsync(command with { Limits = limits, Stdin = Encoding.UTF8.GetBytes("first\n") }, Cancellation);
        using var output = new StreamReader(process.Output);

        Assert.Equal("first", await output.ReadLineAsync(Cancellation));
        await process.Input.WriteAsync("second\n"u8.ToArray(), Cancellation);
        Assert.Equal("second", await output.ReadLineAsync(Cancellation));
    }

    [Fact]
    public async Task is_held_to_its_memory()
    {
        using var workspace = new Workspace();
        var command = workspace.Shell("for i in 1 2 3 4; do head -c 60M /dev/zero | tail -c 60M | sleep 600 & done; wait");
        await using var process = await Machine.Sandbox(SandboxLevel.Bubblewrap, cgroups: false).StartAsync(
            command with { Limits = command.Limits with { MemoryBytes = 128 << 20 } }, Cancellation);

        Assert.Equal(137, await process.Exited.WaitAsync(TimeSpan.FromMinutes(1), Cancellation));
    }

    [Fact]
    public async Task cannot_be_one_that_no_sandbox_holds()
    {
        using var workspace = new Workspace();

        await Assert.ThrowsAsync<SandboxUnavailableException>(async () =>
            await Machine.Sandbox(SandboxLevel.None).StartAsync(workspace.Command("cat"), Cancellation));
    }
}
