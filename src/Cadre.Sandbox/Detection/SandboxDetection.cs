using Cadre.Engine.Ports;
using Cadre.Sandbox.Bubblewrap;
using Cadre.Sandbox.Landlock;
using Cadre.Sandbox.Limits;
using Cadre.Sandbox.Linux;
using Cadre.Sandbox.Running;
using Cadre.Sandbox.Seccomp;

namespace Cadre.Sandbox.Detection;

/// <summary>Finds the strongest level by running <c>true</c> inside it; what only looks installed does not count.</summary>
internal static class SandboxDetection
{
    private const string Install = "Install bubblewrap (apt install bubblewrap, dnf install bubblewrap, apk add bubblewrap).";

    public static async Task<DetectedSandbox> RunAsync(SandboxOptions options)
    {
        if (!OperatingSystem.IsLinux()) return None(options, ["Commands can be confined on Linux only."], "Run Cadre in a Linux container or virtual machine.");
        if (SyscallTable.Current is not { } syscalls) return None(options, ["There is no seccomp filter for this processor."], "Use an x86-64 or ARM64 machine.");

        var warnings = new List<string>();
        if (options.Force is null or SandboxLevel.Bubblewrap && await TryBubblewrapAsync(options, syscalls, warnings) is { } best) return best;
        if (options.Force is null or SandboxLevel.Landlock && await TryLandlockAsync(options, syscalls, warnings) is { } second) return second;
        return None(options, warnings, options.Force is SandboxLevel.Landlock ? "A Linux kernel from 6.2 on with Landlock enabled is needed." : NamespaceAdvice.Give(Install));
    }

    private static async Task<DetectedSandbox?> TryBubblewrapAsync(SandboxOptions options, SyscallTable syscalls, List<string> warnings)
    {
        if (BubblewrapProgram.Find(options.BubblewrapPath) is not { } path)
        {
            warnings.Add("bubblewrap is not installed.");
            return null;
        }

        try
        {
            var program = new BubblewrapProgram(path, BubblewrapProgram.ParseVersion(await TrustedProgram.ReadAsync(path, "--version")));
            var isRoot = Libc.GetUid() == 0;
            var profile = new BubblewrapProfile(program, syscalls, isRoot);
            string[] old = program.CanDisableUserNamespaces ? [] : [$"bubblewrap {program.Version} is old; 0.8 or newer is better."];
            var detected = Describe(options, SandboxLevel.Bubblewrap, program.Version.ToString(), isRoot, profile.Wrap, old);
            await TryOutAsync(detected, options);
            return detected;
        }
        catch (Exception failure) when (failure is SandboxUnavailableException or IOException or FormatException)
        {
            warnings.Add($"bubblewrap does not work here: {failure.Message}");
            return null;
        }
    }

    private static async Task<DetectedSandbox?> TryLandlockAsync(SandboxOptions options, SyscallTable syscalls, List<string> warnings)
    {
        var version = LandlockRuleset.Version();
        if (version < LandlockRuleset.LowestVersion)
        {
            warnings.Add($"Landlock {version} of this kernel is below {LandlockRuleset.LowestVersion}.");
            return null;
        }

        try
        {
            var profile = new LandlockProfile(options.LandlockLauncher ?? OwnProgram(), syscalls);
            var detected = Describe(options, SandboxLevel.Landlock, null, Libc.GetUid() == 0, profile.Wrap, [.. warnings, .. LandlockWarnings(version)]);
            if (detected.Plan.SupervisesProcesses)
            {
                warnings.Add("Landlock for root needs the pids cgroup: nothing else would stop a fork bomb.");
                return null;
            }

            await TryOutAsync(detected, options);
            return detected;
        }
        catch (Exception failure) when (failure is SandboxUnavailableException or IOException)
        {
            warnings.Add($"Landlock does not work here: {failure.Message}");
            return null;
        }
    }

    private static IEnumerable<string> LandlockWarnings(int version)
    {
        yield return "Landlock hides no processes and no host names; commands cannot use unix sockets.";
        if (version < LandlockRuleset.ScopesSignals) yield return $"Landlock {version} does not keep commands from signalling processes of the same user.";
    }

    private static async Task TryOutAsync(DetectedSandbox detected, SandboxOptions options)
    {
        var directory = Directory.CreateTempSubdirectory("cadre-");
        try
        {
            var command = new SandboxCommand(["true"], directory.FullName, SandboxLimits.Default);
            await using var process = await ConfinedProcess.StartAsync(detected.Wrap(command), command.Limits, detected.Plan);
            var result = await new CommandRun(process, command, detected.Plan, options, null).FinishAsync(CancellationToken.None);
            if (result.ExitCode != 0) throw new SandboxUnavailableException($"'true' ended with {result.ExitCode}: {result.Stderr.Trim()}");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static DetectedSandbox Describe(
        SandboxOptions options,
        SandboxLevel level,
        string? bubblewrap,
        bool isRoot,
        Func<SandboxCommand, Confinement>? profile,
        IReadOnlyList<string>? warnings = null)
    {
        var cgroup = options.UseCgroups && OperatingSystem.IsLinux() ? CgroupHome.Find(options.CgroupPath) : null;
        var plan = LimitPlan.For(cgroup, ownsProcesses: level == SandboxLevel.Bubblewrap, isRoot);
        var report = new SandboxReport(
            level,
            bubblewrap,
            LandlockRuleset.Version() is > 0 and var version ? version : null,
            cgroup?.Kind ?? CgroupKind.None,
            isRoot,
            plan.Describe(),
            [.. warnings ?? [], .. isRoot ? RootWarning : []],
            level == SandboxLevel.Bubblewrap ? null : NamespaceAdvice.Give(Install));
        return new DetectedSandbox(report, plan, profile);
    }

    private static string[] RootWarning =>
        ["Cadre runs as root: a command is root to the host's kernel, without its capabilities. Run Cadre as a plain user."];

    private static DetectedSandbox None(SandboxOptions options, IReadOnlyList<string> warnings, string advice)
    {
        var nothing = Describe(options with { UseCgroups = false }, SandboxLevel.None, null, OperatingSystem.IsLinux() && Libc.GetUid() == 0, null, warnings);
        return nothing with { Report = nothing.Report with { Advice = advice, Limits = [] } };
    }

    private static IReadOnlyList<string> OwnProgram()
    {
        var program = Environment.ProcessPath ?? throw new SandboxUnavailableException("The path of this program is unknown.");
        return Path.GetFileNameWithoutExtension(program) == "dotnet"
            ? [program, Environment.GetCommandLineArgs()[0], LandlockLauncher.Verb]
            : [program, LandlockLauncher.Verb];
    }
}
