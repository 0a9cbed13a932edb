namespace Cadre.Sandbox.Limits;

/// <summary>Which mechanism enforces which limit of a command on this machine. What nothing in the kernel enforces, <see cref="Running.Supervision"/> does.</summary>
/// <param name="LimitsDataSize">RLIMIT_DATA on each process, where no memory cgroup holds them all.</param>
/// <param name="UserProcesses">How RLIMIT_NPROC limits processes, where no pids cgroup does.</param>
internal sealed record LimitPlan(CgroupHome? Cgroup, bool LimitsCpu, bool LimitsDataSize, UserProcesses UserProcesses)
{
    public static LimitPlan For(CgroupHome? cgroup, bool ownsProcesses, bool isRoot) => new(
        cgroup,
        LimitsCpu: true,
        LimitsDataSize: ownsProcesses && cgroup is not { LimitsMemory: true },
        isRoot || cgroup is { LimitsProcesses: true } ? UserProcesses.Unlimited
            : ownsProcesses ? UserProcesses.OfTheSandbox : UserProcesses.OfTheHost);

    public bool SupervisesMemory => Cgroup is not { LimitsMemory: true };

    public bool SupervisesProcesses => Cgroup is not { LimitsProcesses: true } && UserProcesses == UserProcesses.Unlimited;

    public IReadOnlyList<string> Describe()
    {
        var version = Cgroup?.Kind == CgroupKind.Version2 ? "cgroup v2" : "cgroup v1";
        var watched = $"watched every {Running.Supervision.Interval.TotalMilliseconds:0} ms";
        return
        [
            "wall time: timer",
            $"processor time: RLIMIT_CPU for each process, the sum {watched}",
            "memory: " + (SupervisesMemory ? LimitsDataSize ? $"RLIMIT_DATA for each process, the sum {watched}" : $"the sum {watched}" : version),
            "processes: " + (SupervisesProcesses ? watched : UserProcesses == UserProcesses.Unlimited ? version : "RLIMIT_NPROC"),
            "file size: RLIMIT_FSIZE",
            "output: cut in the middle, ended at a flood",
        ];
    }
}

/// <summary>Whose processes RLIMIT_NPROC counts. It has no effect on root.</summary>
internal enum UserProcesses
{
    Unlimited,

    /// <summary>The user namespace is the command's own, and so is the count.</summary>
    OfTheSandbox,

    /// <summary>All of the user's: what runs already is added to the limit.</summary>
    OfTheHost,
}
