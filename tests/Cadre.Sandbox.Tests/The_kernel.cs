using Cadre.Engine.Ports;
using Cadre.Sandbox.Seccomp;

namespace Cadre.Sandbox.Tests;

public sealed class The_kernel
{
    private const int EPerm = 1, ENoSys = 38, EAfNoSupport = 97;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;
    private static SyscallTable.Filtered Calls => SyscallTable.Current!.Calls;

    [Theory, MemberData(nameof(Machine.Levels), MemberType = typeof(Machine))]
    public async Task refuses_every_call_of_the_list(SandboxLevel level)
    {
        using var workspace = new Workspace();

        var result = await Machine.Sandbox(level).RunAsync(workspace.Command().Probing("refused"), null, Cancellation);

        Assert.Equal("done\n", result.Stdout);
    }

    [Theory]
    [InlineData(SandboxLevel.Bubblewrap, 1, 0)]
    [InlineData(SandboxLevel.Bubblewrap, 2, 0)]
    [InlineData(SandboxLevel.Bubblewrap, 10, 0)]
    [InlineData(SandboxLevel.Bubblewrap, 16, EAfNoSupport)]
    [InlineData(SandboxLevel.Bubblewrap, 17, EAfNoSupport)]
    [InlineData(SandboxLevel.Bubblewrap, 40, EAfNoSupport)]
    [InlineData(SandboxLevel.Landlock, 1, EAfNoSupport)]
    [InlineData(SandboxLevel.Landlock, 2, EAfNoSupport)]
    [InlineData(SandboxLevel.Landlock, 10, EAfNoSupport)]
    [InlineData(SandboxLevel.Landlock, 40, EAfNoSupport)]
    public async Task makes_only_sockets_of_harmless_families(SandboxLevel level, int family, int error)
    {
        Assert.Equal(error, await ErrorAsync(level, Calls.Socket, family, 1, 0));
    }

    [Theory, MemberData(nameof(Machine.Levels), MemberType = typeof(Machine))]
    public async Task makes_no_namespaces(SandboxLevel level)
    {
        const int newUser = 0x10000000, newNetwork = 0x40000000, childSignal = 17;

        Assert.Equal(EPerm, await ErrorAsync(level, Calls.Unshare, newUser));
        Assert.Equal(EPerm, await ErrorAsync(level, Calls.Unshare, newNetwork));
        Assert.Equal(EPerm, await ErrorAsync(level, Calls.CloneChild, newUser | childSignal));
        Assert.Equal(ENoSys, await ErrorAsync(level, Calls.Clone3, 0, 0));
    }

    [Theory, MemberData(nameof(Machine.Levels), MemberType = typeof(Machine))]
    public async Task types_nothing_into_a_terminal(SandboxLevel level)
    {
        const int typeIn = 0x5412, windowSize = 0x5413, notATerminal = 25;

        Assert.Equal(EPerm, await ErrorAsync(level, Calls.IoCtl, 0, typeIn));
        Assert.Equal(notATerminal, await ErrorAsync(level, Calls.IoCtl, 0, windowSize));
    }

    [Theory, MemberData(nameof(Machine.Levels), MemberType = typeof(Machine))]
    public async Task knows_no_second_calling_convention(SandboxLevel level)
    {
        const int getProcessId = 39;
        if (SyscallTable.Current!.ForeignBit == 0) return;

        Assert.Equal(ENoSys, await ErrorAsync(level, SyscallTable.Current.ForeignBit + getProcessId));
    }

    [Theory, MemberData(nameof(Machine.Levels), MemberType = typeof(Machine))]
    public async Task gives_no_capabilities_and_no_new_privileges(SandboxLevel level)
    {
        using var workspace = new Workspace();

        var result = await Machine.Sandbox(level).RunAsync(workspace.Shell("grep -E '^(Cap|NoNewPrivs|Seccomp:)' /proc/self/status"), null, Cancellation);

        var lines = result.Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(":\t")).ToDictionary(pair => pair[0], pair => pair[1]);
        Assert.Equal(("1", "2"), (lines["NoNewPrivs"], lines["Seccomp"]));
        Assert.All(["CapInh", "CapPrm", "CapEff", "CapAmb"], set => Assert.Equal("0000000000000000", lines[set]));
    }

    private static async Task<int> ErrorAsync(SandboxLevel level, params long[] call)
    {
        using var workspace = new Workspace();
        var result = await Machine.Sandbox(level).RunAsync(
            workspace.Command().Probing(["syscall", .. call.Select(number => $"{number}")]), null, TestContext.Current.CancellationToken);
        return int.Parse(result.Stdout);
    }
}
