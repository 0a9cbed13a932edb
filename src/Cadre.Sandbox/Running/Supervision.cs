using Cadre.Engine.Ports;
using Cadre.Sandbox.Limits;

namespace Cadre.Sandbox.Running;

/// <summary>Enforces the limits that the kernel does not: sums over all processes of a command, looked at again and again.</summary>
internal sealed class Supervision(ConfinedProcess process, SandboxLimits limits, LimitPlan plan, TimeProvider time)
{
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <summary>Returns the reason for which the command must end; waits as long as there is none.</summary>
    public async Task<SandboxEnd> FindExcessAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(Interval, time, cancellationToken);
            if (Excess() is { } excess) return excess;
        }
    }

    private SandboxEnd? Excess()
    {
        try
        {
            return process.FindProcesses() is { } processes ? Excess(processes) : null;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null; // the sandbox and its proc file system have ended
        }
    }

    private SandboxEnd? Excess(ProcessTree processes)
    {
        if (plan.SupervisesProcesses && processes.ShowsMoreThan(limits.Processes)) return SandboxEnd.Killed;
        var usage = processes.Measure();
        if (plan.LimitsCpu && usage.Cpu > limits.Cpu) return SandboxEnd.TimedOut;
        if (plan.SupervisesProcesses && usage.Threads > limits.Processes) return SandboxEnd.Killed;
        return plan.SupervisesMemory && usage.ResidentBytes > limits.MemoryBytes
            && processes.MeasureProportionalBytes() > limits.MemoryBytes
                ? SandboxEnd.OutOfMemory
                : null;
    }
}
