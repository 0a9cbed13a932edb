using System.Diagnostics;
using Cadre.Engine.Ports;

namespace Cadre.Sandbox.Tests;

public sealed class A_limit
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Machine.Levels), MemberType = typeof(Machine))]
    public async Task on_output_keeps_head_and_tail_and_names_the_cut(SandboxLevel level)
    {
        using var workspace = new Workspace();
        var command = workspace.Shell("echo begin; yes 0123456789 | head -n 100000; echo end");

        var result = await Machine.Sandbox(level).RunAsync(command with { Limits = command.Limits with { OutputBytes = 1000 } }, null, Cancellation);

        Assert.Equal((0, SandboxEnd.Exited), (result.ExitCode, result.End));
        Assert.StartsWith("begin\n0123456789\n", result.Stdout);
        Assert.EndsWith("0123456789\nend\n", result.Stdout);
        Assert.Contains($"[… {6 + 1_100_000 + 4 - 1000} bytes cut …]", result.Stdout);
    }

    [Fact]
    public async Task on_output_ends_a_flood()
    {
        using var workspace = new Workspace();
        var sandbox = new HostSandbox(new SandboxOptions { FloodBytes = 1 << 20 });

        var result = await sandbox.RunAsync(workspace.Command("yes"), null, Cancellation);

        Assert.Equal(SandboxEnd.Killed, result.End);
        Assert.InRange(result.Stdout.Length, SandboxLimits.Default.OutputBytes / 2, SandboxLimits.Default.OutputBytes + 100);
    }

    [Theory, MemberData(nameof(Machine.Ways), MemberType = typeof(Machine))]
    public async Task on_wall_time_ends_everything_that_was_started(SandboxLevel level, bool cgroups)
    {
        using var workspace = new Workspace();
        var command = workspace.Shell($"trap '' TERM INT HUP; {Machine.Orphans(workspace.Path)} sleep 0.5; ls /proc | wc -l; echo partial; sleep 600");

        var result = await Machine.Sandbox(level, cgroups).RunAsync(
            command with { Limits = command.Limits with { Wall = TimeSpan.FromSeconds(3) } }, null, Cancellation);

        Assert.Equal((137, SandboxEnd.TimedOut), (result.ExitCode, result.End));
        Assert.EndsWith("partial\n", result.Stdout);
        // The timer counts in ticks of milliseconds, the duration is measured by a finer clock: they may differ by one.
        Assert.InRange(result.Duration, TimeSpan.FromMilliseconds(2_980), TimeSpan.FromSeconds(30));
        Assert.Empty(Machine.ProcessesNaming(workspace.Path));
    }

    [Theory, MemberData(nameof(Machine.Ways), MemberType = typeof(Machine))]
    public async Task or_none_a_command_that_ends_leaves_nothing_running(SandboxLevel level, bool cgroups)
    {
        using var workspace = new Workspace();

        var result = await Machine.Sandbox(level, cgroups).RunAsync(workspace.Shell($"{Machine.Orphans(workspace.Path)} sleep 0.5; echo done"), null, Cancellation);

        Assert.Equal((0, "done\n"), (result.ExitCode, result.Stdout));
        Assert.Empty(Machine.ProcessesNaming(workspace.Path));
    }

    [Theory, MemberData(nameof(Machine.Ways), MemberType = typeof(Machine))]
    public async Task is_reached_when_the_caller_cancels(SandboxLevel level, bool cgroups)
    {
        using var workspace = new Workspace();
        using var caller = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var running = Machine.Sandbox(level, cgroups).RunAsync(
            workspace.Shell($"{Machine.Orphans(workspace.Path)} sleep 0.5; echo ready; sleep 600"), _ => caller.Cancel(), caller.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await running);
        Assert.Empty(Machine.ProcessesNaming(workspace.Path));
    }

    [Theory, MemberData(nameof(Machine.Ways), MemberType = typeof(Machine))]
    public async Task on_processor_time_ends_one_that_spins(SandboxLevel level, bool cgroups)
    {
        using var workspace = new Workspace();
        var command = workspace.Shell("while :; do :; done");

        var result = await Machine.Sandbox(level, cgroups).RunAsync(
            command with { Limits = command.Limits with { Cpu = TimeSpan.FromSeconds(1) } }, null, Cancellation);

        Assert.Equal(SandboxEnd.TimedOut, result.End);
    }

    [Theory, MemberData(nameof(Machine.Ways), MemberType = typeof(Machine))]
    public async Task on_processor_time_ends_many_that_spin_together(SandboxLevel level, bool cgroups)
    {
        using var workspace = new Workspace();
        var command = workspace.Shell("for i in 1 2 3 4 5 6; do (while :; do :; done) & done; wait");
        var watch = Stopwatch.StartNew();

        var result = await Machine.Sandbox(level, cgroups).RunAsync(
            command with { Limits = command.Limits with { Cpu = TimeSpan.FromSeconds(2), Wall = TimeSpan.FromMinutes(5) } }, null, Cancellation);

        Assert.Equal(SandboxEnd.TimedOut, result.End);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromMinutes(2));
    }

    [Theory, MemberData(nameof(Machine.Ways), MemberType = typeof(Machine))]
    public async Task on_memory_holds_for_one_process(SandboxLevel level, bool cgroups)
    {
        using var workspace = new Workspace();
        var command = workspace.Shell("head -c 1G /dev/zero | tail -c 1G > /dev/null"); // tail keeps all that it may have to print

        var result = await Machine.Sandbox(level, cgroups).RunAsync(
            command with { Limits = command.Limits with { MemoryBytes = 128 << 20 } }, null, Cancellation);

        Assert.NotEqual(0, result.ExitCode);
        if (result.End != SandboxEnd.OutOfMemory) Assert.Contains("memory exhausted", result.Stderr);
    }

    [Theory, MemberData(nameof(Machine.Ways), MemberType = typeof(Machine))]
    public async Task on_memory_holds_for_the_sum_of_all_processes(SandboxLevel level, bool cgroups)
    {
        using var workspace = new Workspace();
        var command = workspace.Shell("for i in 1 2 3 4; do (head -c 60M /dev/zero | tail -c 60M; sleep 600) | { sleep 20; cat; } > /dev/null & done; wait; echo survived");

        var result = await Machine.Sandbox(level, cgroups).RunAsync(
            command with { Limits = command.Limits with { MemoryBytes = 128 << 20, Wall = TimeSpan.FromSeconds(40) } }, null, Cancellation);

        Assert.DoesNotContain("survived", result.Stdout);
        if (!cgroups) Assert.Equal(SandboxEnd.OutOfMemory, result.End);
    }

    [Theory, MemberData(nameof(Machine.Ways), MemberType = typeof(Machine))]
    public async Task on_processes_stops_one_that_forks_and_forks(SandboxLevel level, bool cgroups)
    {
        const int forks = 1500; // an end of its own: a limit that fails must not take the machine along
        using var workspace = new Workspace();
        var command = workspace.Shell($"i=0; while [ $i -lt {forks} ]; do i=$((i+1)); sh -c 'sleep 60; : {workspace.Path}' & done; wait; echo survived");
        var most = 0;
        using var over = new CancellationTokenSource();
        var counting = Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                most = Math.Max(most, Machine.ProcessesNaming(workspace.Path).Count);
                await Task.Delay(50);
            }
        }, Cancellation);

        var result = await Machine.Sandbox(level, cgroups).RunAsync(
            command with { Limits = command.Limits with { Processes = 40, Wall = TimeSpan.FromSeconds(10) } }, null, Cancellation);
        await over.CancelAsync();
        await counting;

        Assert.DoesNotContain("survived", result.Stdout);
        Assert.NotEqual(0, result.ExitCode);
        Assert.InRange(most, 0, forks / 2);
        Assert.Empty(Machine.ProcessesNaming(workspace.Path));
    }

    [Theory, MemberData(nameof(Machine.Levels), MemberType = typeof(Machine))]
    public async Task on_file_size_stops_a_large_file(SandboxLevel level)
    {
        using var workspace = new Workspace();
        var command = workspace.Shell("head -c 10M /dev/zero > large");

        var result = await Machine.Sandbox(level).RunAsync(
            command with { Limits = command.Limits with { FileBytes = 1 << 20 } }, null, Cancellation);

        Assert.NotEqual(0, result.ExitCode);
        Assert.Equal(1 << 20, new FileInfo(workspace.File("large")).Length);
    }

    [Fact]
    public async Task on_file_size_also_bounds_the_temporary_file_systems()
    {
        using var workspace = new Workspace();
        var command = workspace.Shell("for i in 1 2 3 4; do head -c 1M /dev/zero > /tmp/$i; done; cat /tmp/? | wc -c; for i in 1 2 3; do head -c 1M /dev/zero > /dev/shm/$i; done; cat /dev/shm/? | wc -c");

        var result = await Machine.Sandbox(SandboxLevel.Bubblewrap).RunAsync(
            command with { Limits = command.Limits with { FileBytes = 2 << 20 } }, null, Cancellation);

        Assert.Equal("2097152\n2097152\n", result.Stdout);
    }

    [Theory, MemberData(nameof(Machine.Ways), MemberType = typeof(Machine))]
    public async Task holds_when_the_launcher_is_killed(SandboxLevel level, bool cgroups)
    {
        using var workspace = new Workspace();
        using var launcher = new Launched(["launch", level.ToString(), cgroups.ToString(), workspace.Path], []);
        Assert.Equal("ready", await launcher.ReadLineAsync(Cancellation));
        Assert.True(Machine.ProcessesNaming(workspace.Path).Count >= 3);

        await launcher.KillAsync(Cancellation);

        Assert.True(await Machine.BecomesTrueAsync(() => Machine.ProcessesNaming(workspace.Path).Count == 0, TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task lets_the_runtimes_start_that_reserve_much_memory()
    {
        using var workspace = new Workspace();
        var command = workspace.Command().Probing("memory", "10");

        var result = await Machine.Sandbox(SandboxLevel.Bubblewrap, cgroups: false).RunAsync(
            command with { Limits = command.Limits with { MemoryBytes = 512 << 20 } }, null, Cancellation);

        Assert.Equal((0, "allocated\n"), (result.ExitCode, result.Stdout));
    }
}
