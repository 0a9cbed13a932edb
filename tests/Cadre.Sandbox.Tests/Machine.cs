using System.Diagnostics;
using Cadre.Engine.Ports;
using Cadre.Sandbox.Landlock;

namespace Cadre.Sandbox.Tests;

/// <summary>The machine that the tests run on, and what they need of it.</summary>
internal static class Machine
{
    private static readonly Dictionary<(SandboxLevel, bool), HostSandbox> Sandboxes = [];

    public static string TestProgram => Path.Combine(AppContext.BaseDirectory, "Cadre.Sandbox.Tests");

    public static string DotnetRoot =>
        Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));

    public static bool IsRoot => Environment.IsPrivilegedProcess;

    /// <summary>
    /// Both levels, each with control groups and without (then the rlimits and the supervision have to do); for root Landlock
    /// is not used without them.
    /// </summary>
    public static TheoryData<SandboxLevel, bool> Ways
    {
        get
        {
            var ways = new TheoryData<SandboxLevel, bool> { { SandboxLevel.Bubblewrap, true }, { SandboxLevel.Bubblewrap, false }, { SandboxLevel.Landlock, true } };
            if (!IsRoot) ways.Add(SandboxLevel.Landlock, false);
            return ways;
        }
    }

    public static TheoryData<SandboxLevel> Levels => [SandboxLevel.Bubblewrap, SandboxLevel.Landlock];

    public static HostSandbox Sandbox(SandboxLevel level, bool cgroups = true)
    {
        lock (Sandboxes)
        {
            if (!Sandboxes.TryGetValue((level, cgroups), out var sandbox))
            {
                sandbox = new HostSandbox(new SandboxOptions
                {
                    Force = level,
                    UseCgroups = cgroups,
                    LandlockLauncher = [TestProgram, LandlockLauncher.Verb],
                });
                Sandboxes.Add((level, cgroups), sandbox);
            }

            return sandbox;
        }
    }

    /// <summary>The test program as a command that can run inside.</summary>
    public static SandboxCommand Probing(this SandboxCommand command, params string[] arguments) => command with
    {
        Argv = [TestProgram, Probe.Verb, .. arguments],
        ReadOnly = [AppContext.BaseDirectory, DotnetRoot],
        Environment = new Dictionary<string, string> { ["DOTNET_ROOT"] = DotnetRoot, ["DOTNET_EnableDiagnostics"] = "0" },
    };

    /// <summary>A shell line that leaves two processes behind, forked twice, each in a session of its own, that name the directory in their arguments.</summary>
    public static string Orphans(string directory)
    {
        var orphan = $"setsid sh -c \"while :; do sleep 1; done\" {directory} &";
        return $"setsid sh -c '{orphan} {orphan}' >/dev/null 2>&1 </dev/null &";
    }

    /// <summary>Processes of this machine whose arguments name the text.</summary>
    public static IReadOnlyList<string> ProcessesNaming(string text) =>
    [
        .. Directory.EnumerateDirectories("/proc").Where(directory => int.TryParse(Path.GetFileName(directory), out _)).Where(directory =>
        {
            try
            {
                return File.ReadAllText(directory + "/cmdline").Contains(text, StringComparison.Ordinal);
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }),
    ];

    public static async Task<bool> BecomesTrueAsync(Func<bool> condition, TimeSpan patience)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            if (watch.Elapsed > patience) return false;
            await Task.Delay(20);
        }

        return true;
    }
}
