using System.Globalization;
using Cadre.Engine.Ports;
using Cadre.Sandbox.Linux;

namespace Cadre.Sandbox.Limits;

/// <summary>The control group of one command. Disposing kills what is left in it and removes it.</summary>
internal sealed class CommandCgroup(CgroupKind kind, string? memory, string? processes) : IDisposable
{
    private const int RemovalAttempts = 50;

    public IEnumerable<string> Directories => new[] { memory, processes }.OfType<string>().Distinct();

    public void Limit(SandboxLimits limits)
    {
        if (processes is not null) Write(processes, "pids.max", limits.Processes);
        if (memory is null) return;
        if (kind == CgroupKind.Version1)
        {
            Write(memory, "memory.limit_in_bytes", limits.MemoryBytes);
            WriteIfPresent(memory, "memory.memsw.limit_in_bytes", limits.MemoryBytes);
        }
        else
        {
            Write(memory, "memory.max", limits.MemoryBytes);
            WriteIfPresent(memory, "memory.swap.max", 0);
            WriteIfPresent(memory, "memory.oom.group", 1);
        }
    }

    public void Join(int pid)
    {
        foreach (var directory in Directories) Write(directory, "cgroup.procs", pid);
    }

    /// <summary>Whether the kernel ended a process of the group for its memory.</summary>
    public bool WasOutOfMemory()
    {
        if (memory is null) return false;
        var events = Path.Combine(memory, kind == CgroupKind.Version1 ? "memory.oom_control" : "memory.events");
        return File.ReadLines(events).Any(line => line.StartsWith("oom_kill ", StringComparison.Ordinal) && line != "oom_kill 0");
    }

    public void Dispose()
    {
        foreach (var directory in Directories)
        {
            for (var attempt = 0; attempt < RemovalAttempts && !TryRemove(directory); attempt++)
            {
                KillAll(directory);
                Thread.Sleep(1);
            }
        }
    }

    public static bool TryRemove(string directory)
    {
        try
        {
            Directory.Delete(directory);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (Exception busy) when (busy is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static void KillAll(string directory)
    {
        try
        {
            foreach (var line in File.ReadLines(Path.Combine(directory, "cgroup.procs")))
                if (int.TryParse(line, CultureInfo.InvariantCulture, out var pid) && pid > 0) _ = Libc.Kill(pid, Libc.SigKill);
        }
        catch (IOException)
        {
            // The group went away while it was read: nothing is left to kill.
        }
    }

    private static void Write(string directory, string file, long value) =>
        File.WriteAllText(Path.Combine(directory, file), value.ToString(CultureInfo.InvariantCulture));

    private static void WriteIfPresent(string directory, string file, long value)
    {
        if (File.Exists(Path.Combine(directory, file))) Write(directory, file, value);
    }
}
