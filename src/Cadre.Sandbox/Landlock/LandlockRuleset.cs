using System.Runtime.InteropServices;
using Cadre.Sandbox.Linux;

namespace Cadre.Sandbox.Landlock;

/// <summary>The kernel's Landlock calls. A thread that restricts itself passes the restriction on to all that it starts.</summary>
internal static unsafe class LandlockRuleset
{
    /// <summary>From this version on, cutting a file short outside is denied as well (TRUNCATE); less is no confinement.</summary>
    public const int LowestVersion = 3;

    /// <summary>From this version on, signals to processes outside are denied.</summary>
    public const int ScopesSignals = 6;

    private const long CreateRuleset = 444, AddRule = 445, RestrictSelf = 446;

    // LANDLOCK_ACCESS_FS_*
    private const ulong Execute = 1, WriteFile = 1 << 1, ReadFile = 1 << 2, ReadDirectory = 1 << 3;
    private const ulong Truncate = 1 << 14, DeviceControl = 1 << 15;
    private const ulong MakeDevices = 1 << 6 | 1 << 11;
    private const ulong OnFiles = Execute | WriteFile | ReadFile | Truncate | DeviceControl;
    private const ulong Read = Execute | ReadFile | ReadDirectory;

    private const ulong BindAndConnect = 3, ScopeAll = 3;

    [StructLayout(LayoutKind.Sequential)]
    private struct RulesetAttributes
    {
        public ulong Files;
        public ulong Network;
        public ulong Scoped;
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private struct PathBeneath
    {
        public ulong Allowed;
        public int Parent;
    }

    /// <summary>The version of Landlock in this kernel; 0 when it has none or it is switched off.</summary>
    public static int Version()
    {
        const nint askVersion = 1;
        return OperatingSystem.IsLinux() ? Math.Max(0, (int)Libc.Syscall(CreateRuleset, 0, 0, askVersion, 0)) : 0;
    }

    /// <summary>Restricts the calling thread for good. It needs no_new_privs.</summary>
    /// <exception cref="IOException">A rule cannot be made.</exception>
    public static void Restrict(IReadOnlyList<PathRule> rules, bool network)
    {
        var version = Version();
        var all = version switch
        {
            >= 5 => (1UL << 16) - 1,
            _ => (1UL << 15) - 1,
        };
        var attributes = new RulesetAttributes
        {
            Files = all,
            Network = network ? 0 : BindAndConnect,
            Scoped = ScopeAll,
        };
        var size = version switch
        {
            >= ScopesSignals => 24,
            >= 4 => 16,
            _ => 8,
        };
        var ruleset = (int)Libc.Syscall(CreateRuleset, (nint)(&attributes), size, 0, 0);
        if (ruleset < 0) throw Libc.LastError("landlock_create_ruleset");
        foreach (var rule in rules) Allow(ruleset, rule, all);
        if (Libc.Syscall(RestrictSelf, ruleset, 0, 0, 0) != 0) throw Libc.LastError("landlock_restrict_self");
        _ = Libc.Close(ruleset);
    }

    private static void Allow(int ruleset, PathRule rule, ulong all)
    {
        var parent = Libc.Open(rule.Path, Libc.OPath | Libc.ONoFollow | Libc.OCloExec);
        if (parent < 0) throw Libc.LastError(rule.Path);
        try
        {
            var allowed = rule.Access == PathAccess.Write ? all & ~MakeDevices : Read;
            var beneath = new PathBeneath { Allowed = Directory.Exists(rule.Path) ? allowed : allowed & OnFiles, Parent = parent };
            const nint pathBeneath = 1;
            if (Libc.Syscall(AddRule, ruleset, pathBeneath, (nint)(&beneath), 0) != 0) throw Libc.LastError($"landlock_add_rule {rule.Path}");
        }
        finally
        {
            _ = Libc.Close(parent);
        }
    }
}
