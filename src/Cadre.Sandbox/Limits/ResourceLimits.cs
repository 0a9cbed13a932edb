using Cadre.Engine.Ports;
using Cadre.Sandbox.Linux;

namespace Cadre.Sandbox.Limits;

/// <summary>Limits that the kernel keeps per process (<c>setrlimit(2)</c>), set from outside on the first process of a sandbox.</summary>
internal static unsafe class ResourceLimits
{
    private const int Cpu = 0, FileSize = 1, DataSize = 2, Core = 4, Processes = 6, OpenFiles = 7;
    private const ulong MaxOpenFiles = 16384;

    /// <param name="pid">Held back until these limits are in force; what it starts inherits them.</param>
    /// <exception cref="IOException">The kernel refused.</exception>
    public static void Apply(int pid, SandboxLimits limits, LimitPlan plan)
    {
        Set(pid, Core, 0, 0);
        Set(pid, FileSize, (ulong)limits.FileBytes, (ulong)limits.FileBytes);
        Set(pid, OpenFiles, MaxOpenFiles, MaxOpenFiles);

        // RLIMIT_AS would count reservations as well and stop CoreCLR, V8 and Go from starting.
        if (plan.LimitsDataSize) Set(pid, DataSize, (ulong)limits.MemoryBytes, (ulong)limits.MemoryBytes);
        if (plan.UserProcesses != UserProcesses.Unlimited)
        {
            var others = plan.UserProcesses == UserProcesses.OfTheHost ? ProcessTree.ThreadsOfUser(Libc.GetUid()) : 0;
            var processes = (ulong)(limits.Processes + others);
            Set(pid, Processes, processes, processes);
        }

        if (plan.SupervisesProcesses) Libc.LowerPriority(pid); // else a fork bomb starves its supervisor
        if (!plan.LimitsCpu) return;
        var seconds = (ulong)Math.Max(1, Math.Ceiling(limits.Cpu.TotalSeconds));
        Set(pid, Cpu, seconds, seconds + 1);
    }

    /// <summary>Lowers a limit; one that is lower already stays.</summary>
    private static void Set(int pid, int resource, ulong soft, ulong hard)
    {
        Libc.RLimit current;
        if (Libc.PrLimit(pid, resource, null, &current) != 0) throw Libc.LastError("prlimit");
        var lowered = new Libc.RLimit { Soft = Math.Min(soft, current.Hard), Hard = Math.Min(hard, current.Hard) };
        if (Libc.PrLimit(pid, resource, &lowered, null) != 0) throw Libc.LastError("prlimit");
    }
}
