using Cadre.Engine.Ports;

namespace Cadre.Sandbox.Tests;

public sealed class The_host
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Machine.Levels), MemberType = typeof(Machine))]
    public async Task shows_none_of_its_files(SandboxLevel level)
    {
        using var workspace = new Workspace();
        using var other = new Workspace();
        other.Write("secret", "canary");

        var result = await Machine.Sandbox(level).RunAsync(
            workspace.Shell($"cat {other.File("secret")} /etc/shadow /etc/hostname /etc/ssh/* /root/.bashrc /home/*/.bashrc; ls {other.Path}"), null, Cancellation);

        Assert.NotEqual(0, result.ExitCode);
        Assert.Equal("", result.Stdout);
    }

    [Fact]
    public async Task has_nothing_but_the_system_and_the_directory_in_namespaces()
    {
        using var workspace = new Workspace();

        var result = await Machine.Sandbox(SandboxLevel.Bubblewrap).RunAsync(workspace.Shell("ls -A / /tmp /dev/shm; ls /proc | grep -c '^[0-9]'; cat /proc/net/dev | tail -n +3 | cut -d: -f1; cat /etc/passwd"), null, Cancellation);

        string[] system = [.. new[] { "bin", "sbin", "lib", "lib32", "lib64", "libx32", "nix" }.Where(name => Path.Exists("/" + name)), "dev", "etc", "proc", "tmp", "usr"];
        var lines = result.Stdout.Split('\n').Select(line => line.Trim()).ToList();
        Assert.Equal(system.Order(StringComparer.Ordinal), lines[1..(1 + system.Length)].Order(StringComparer.Ordinal));
        Assert.Contains(Path.GetFileName(workspace.Path), lines);
        Assert.Contains("lo", lines);
        Assert.DoesNotContain("eth0", lines);
        Assert.DoesNotContain("/root", result.Stdout);
    }

    [Theory, MemberData(nameof(Machine.Levels), MemberType = typeof(Machine))]
    public async Task is_not_written_to(SandboxLevel level)
    {
        using var workspace = new Workspace();
        using var other = new Workspace();
        other.Write("file", "whole");
        var places = new[] { "/", "/usr", "/etc", "/dev", "/proc", "/var", "/opt", other.Path };

        var result = await Machine.Sandbox(level).RunAsync(
            workspace.Shell($"for d in {string.Join(' ', places)}; do touch $d/canary 2>/dev/null && echo wrote $d; done; truncate -s 0 {other.File("file")}; rm {other.File("file")}; mv {other.File("file")} .; ln {other.File("file")} .; chmod 777 {other.Path}; true"), null, Cancellation);

        Assert.Equal((0, ""), (result.ExitCode, result.Stdout));
        Assert.Equal("whole", File.ReadAllText(other.File("file")));
        Assert.All(places, place => Assert.False(File.Exists(Path.Combine(place, "canary"))));
    }

    [Theory, MemberData(nameof(Machine.Levels), MemberType = typeof(Machine))]
    public async Task keeps_its_kernel_settings(SandboxLevel level)
    {
        using var workspace = new Workspace();

        var result = await Machine.Sandbox(level).RunAsync(workspace.Shell(
            "for f in /proc/sys/kernel/core_pattern /proc/sys/kernel/hostname /proc/sys/vm/overcommit_memory /proc/sysrq-trigger /proc/irq/default_smp_affinity; do " +
            "v=$(cat $f 2>/dev/null); { echo \"$v\" > $f; } 2>/dev/null && echo wrote $f; done; head -c 1 /proc/kcore /proc/kmsg 2>/dev/null; true"), null, Cancellation);

        Assert.Equal((0, ""), (result.ExitCode, result.Stdout));
    }

    [Theory, MemberData(nameof(Machine.Levels), MemberType = typeof(Machine))]
    public async Task is_not_reached_through_links(SandboxLevel level)
    {
        using var workspace = new Workspace();
        using var other = new Workspace();
        other.Write("secret", "canary");

        var result = await Machine.Sandbox(level).RunAsync(workspace.Shell(
            $"ln -s {other.File("secret")} read; cat read; ln -s {other.File("made")} write; echo x > write; ln -s {other.Path} dir; echo x > dir/made2; cat ../{Path.GetFileName(other.Path)}/secret; " +
            $"cat /proc/1/root{other.File("secret")} /proc/self/root{other.File("secret")} /proc/self/cwd/../{Path.GetFileName(other.Path)}/secret"), null, Cancellation);

        Assert.Equal("", result.Stdout);
        Assert.Equal(["secret"], Directory.GetFileSystemEntries(other.Path).Select(Path.GetFileName));
    }

    [Theory, MemberData(nameof(Machine.Levels), MemberType = typeof(Machine))]
    public async Task hides_the_environment_and_the_options_of_the_launcher(SandboxLevel level)
    {
        using var workspace = new Workspace();
        using var launcher = new Launched(["peek", level.ToString(), workspace.Path], new() { ["CANARY"] = "canary-in-the-environment" });

        var output = await launcher.ReadToEndAsync(Cancellation);

        Assert.Contains("peeked", output);
        Assert.DoesNotContain("canary-in-the-environment", output);
        Assert.DoesNotContain("--ro-bind", output);
    }

    [Theory, MemberData(nameof(Machine.Levels), MemberType = typeof(Machine))]
    public async Task gets_no_signals(SandboxLevel level)
    {
        using var workspace = new Workspace();

        var result = await Machine.Sandbox(level).RunAsync(
            workspace.Shell($"kill -0 {Environment.ProcessId} && echo launcher; kill -KILL $PPID; kill -KILL -1; echo alive"), null, Cancellation);

        Assert.DoesNotContain("launcher", result.Stdout);
        Assert.False(Environment.HasShutdownStarted);
    }

    [Theory, MemberData(nameof(Machine.Levels), MemberType = typeof(Machine))]
    public async Task shows_a_read_only_path_that_was_asked_for(SandboxLevel level)
    {
        using var workspace = new Workspace();
        using var other = new Workspace();
        other.Write("shown", "seen");
        var command = workspace.Shell($"cat {other.File("shown")}; echo x > {other.File("shown")}; touch {other.File("new")}") with { ReadOnly = [other.Path] };

        var result = await Machine.Sandbox(level).RunAsync(command, null, Cancellation);

        Assert.Equal("seen", result.Stdout);
        Assert.Equal("seen", File.ReadAllText(other.File("shown")));
        Assert.False(File.Exists(other.File("new")));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/usr")]
    [InlineData("/etc/")]
    [InlineData("/tmp")]
    [InlineData("/proc/self")]
    [InlineData("/nonexistent/directory")]
    [InlineData("relative")]
    public async Task is_never_a_workspace_itself(string directory)
    {
        var command = new SandboxCommand(["true"], directory, SandboxLimits.Default);

        await Assert.ThrowsAsync<SandboxUnavailableException>(async () => await Machine.Sandbox(SandboxLevel.Bubblewrap).RunAsync(command, null, Cancellation));
        await Assert.ThrowsAsync<SandboxUnavailableException>(async () => await Machine.Sandbox(SandboxLevel.Landlock).RunAsync(command, null, Cancellation));
    }

    [Fact]
    public async Task is_not_a_place_to_start_in()
    {
        using var workspace = new Workspace();

        await Assert.ThrowsAsync<SandboxUnavailableException>(async () =>
            await Machine.Sandbox(SandboxLevel.Bubblewrap).RunAsync(workspace.Command("true") with { WorkingDirectory = "../.." }, null, Cancellation));
    }
}
