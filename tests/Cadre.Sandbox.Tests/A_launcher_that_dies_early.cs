using Cadre.Sandbox.Bubblewrap;
using Cadre.Sandbox.Linux;
using Cadre.Sandbox.Running;
using Cadre.Sandbox.Seccomp;

namespace Cadre.Sandbox.Tests;

/// <summary>
/// A launcher can be killed before bubblewrap has asked to die with it. All that such an orphan meets is the end of its pipes, and it must not take
/// that for a release.
/// </summary>
public sealed class A_launcher_that_dies_early
{
    [Fact]
    public async Task Leaves_no_command_that_runs_on()
    {
        using var workspace = new Workspace();
        var program = new BubblewrapProgram(BubblewrapProgram.Find(null)!, new Version(0, 8));
        var profile = new BubblewrapProfile(program, SyscallTable.Current!, Machine.IsRoot);
        using var confinement = profile.Wrap(workspace.Command("touch", "it-ran"));
        var (input, inputEnd) = Descriptor.Pipe();
        var (output, outputEnd) = Descriptor.Pipe();
        var (status, statusEnd) = Descriptor.Pipe();
        var (release, releaseEnd) = Descriptor.Pipe();
        var wrapper = await Launcher.Shared.StartAsync(new Spawn(
            confinement.Program, confinement.Arguments, [], [input, outputEnd, outputEnd, statusEnd, release, release, .. confinement.Extra]));
        foreach (var descriptor in new[] { input, inputEnd, output, outputEnd, status, statusEnd, release, releaseEnd }) descriptor.Dispose();

        await wrapper.Exited.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        Assert.False(File.Exists(workspace.File("it-ran")));
    }
}
