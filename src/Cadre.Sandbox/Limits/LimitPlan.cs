namespace Cadre.Sandbox.Limits;

/// <summary>Which mechanism enforces which limit of a command on this machine. What nothing in the kernel enforces, <see cref="Running.Supervision"/> does.</summary>
/// <param name="LimitsDataSize">RLIMIT_DATA on each process, where no memory cgroup holds them all.</param>
/// <param name="LimitsProcessesByUser">RLIMIT_NPROC, where no pids cgroup is and the user is not root.</param>
internal sealed record LimitPlan(CgroupHome? Cgroup, bool LimitsCpu, bool LimitsDataSize, bool LimitsProcessesByUser)
{
    public static LimitPlan For(CgroupHome? cgroup, bool ownsProcesses, bool isRoot) => new(
        cgroup,
        LimitsCpu: true,
        LimitsDataSize: ownsProcesses && cgroup is not { LimitsMemory: true },
        LimitsProcessesByUser: ownsProcesses && !isRoot && cgroup is not { LimitsProcesses: true });

    public bool SupervisesMemory => Cgroup is not { LimitsMemory: true };

    public bool SupervisesProcesses => Cgroup is not { LimitsProcesses: true } && !LimitsProcessesByUser;

    public IReadOnlyList<string> Describe()
    {
        var version = Cgroup?.Kind == CgroupKind.Version2 ? "cgroup v2" : "cgroup v1";
        var watched = $"watched every {Running.Supervision.Interval.TotalMilliseconds:0} ms";
        return
        [
            "wall time: timer",
            $"processor time: RLIMIT_CPU for each process, the sum {watched}",
            "memory: " + (SupervisesMemory ? LimitsDataSize ? $"RLIMIT_DATA for each process, the sum {watched}" : $"the sum {watched}" : version),
            "processes: " + (LimitsProcessesByUser ? "RLIMIT_NPROC" : SupervisesProcesses ? watched : version),
            "file size: RLIMIT_FSIZE",
            "output: cut in the middle, ended at a flood",
        ];
    }
}
