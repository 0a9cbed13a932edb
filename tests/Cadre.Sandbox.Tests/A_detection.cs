using Cadre.Engine.Ports;

namespace Cadre.Sandbox.Tests;

public sealed class A_detection
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task finds_bubblewrap_and_says_what_is_in_force()
    {
        var report = await new HostSandbox(SandboxOptions.Default).ReportAsync(Cancellation);

        Assert.Equal(SandboxLevel.Bubblewrap, report.Level);
        Assert.NotNull(report.BubblewrapVersion);
        Assert.Null(report.Advice);
        Assert.Equal(Machine.IsRoot, report.IsRoot);
        Assert.Equal(Machine.IsRoot, report.Warnings.Any(warning => warning.Contains("root")));
        Assert.Equal(6, report.Limits.Count);
    }

    [Fact]
    public async Task without_bubblewrap_falls_back_to_landlock_and_says_so()
    {
        var sandbox = new HostSandbox(new SandboxOptions
        {
            BubblewrapPath = "/nonexistent/bwrap",
            LandlockLauncher = [Machine.TestProgram, Landlock.LandlockLauncher.Verb],
        });

        var report = await sandbox.ReportAsync(Cancellation);

        Assert.Equal(SandboxLevel.Landlock, report.Level);
        Assert.Contains("bubblewrap is not installed.", report.Warnings);
        Assert.Contains("apt install bubblewrap", report.Advice);
    }

    [Fact]
    public async Task of_a_bubblewrap_that_does_not_work_goes_on()
    {
        var sandbox = new HostSandbox(new SandboxOptions { BubblewrapPath = "/usr/bin/false", LandlockLauncher = ["/usr/bin/false"] });

        var report = await sandbox.ReportAsync(Cancellation);

        Assert.Equal(SandboxLevel.None, report.Level);
        Assert.Equal(2, report.Warnings.Count(warning => warning.Contains("does not work here")));
    }

    [Fact]
    public async Task that_finds_nothing_refuses_every_command()
    {
        using var workspace = new Workspace();
        var sandbox = new HostSandbox(new SandboxOptions { BubblewrapPath = "/nonexistent/bwrap", Force = SandboxLevel.Bubblewrap });

        Assert.Equal(SandboxLevel.None, sandbox.Level);
        var refusal = await Assert.ThrowsAsync<SandboxUnavailableException>(async () => await sandbox.RunAsync(workspace.Command("true"), null, Cancellation));
        Assert.Contains("apt install bubblewrap", refusal.Message);
    }
}
