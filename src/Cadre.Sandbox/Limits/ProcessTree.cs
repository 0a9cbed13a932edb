using System.Globalization;

namespace Cadre.Sandbox.Limits;

/// <param name="Threads">Tasks, as the pids controller and RLIMIT_NPROC count them.</param>
/// <param name="ResidentBytes">Sum over the processes; memory that they share is counted for each.</param>
/// <param name="Cpu">Of the living processes and of the children that they have waited for.</param>
internal sealed record ProcessUsage(int Threads, long ResidentBytes, TimeSpan Cpu);

/// <summary>What a process and its descendants use, read from a proc file system.</summary>
/// <param name="proc">The proc file system of the sandbox's own process namespace, or the host's.</param>
/// <param name="root">Process id, in that namespace, of the ancestor of all; it is not counted itself.</param>
internal sealed class ProcessTree(string proc, int root)
{
    private const int Init = 1;
    private const int TicksPerSecond = 100; // USER_HZ, the same on every Linux
    private const int MaxProcesses = 100_000;

    /// <summary>
    /// Of the process namespace whose init is <paramref name="pid"/> here, through that process's own root directory; null as long
    /// as it has not moved there and still sees the host's.
    /// </summary>
    public static ProcessTree? OfNamespace(int pid)
    {
        var proc = $"/proc/{pid}/root/proc";
        var inside = new FileInfo($"{proc}/{Init}/ns/pid").LinkTarget;
        return inside is not null && inside == new FileInfo($"/proc/{pid}/ns/pid").LinkTarget ? new ProcessTree(proc, Init) : null;
    }

    public ProcessUsage Measure()
    {
        var (threads, pages, ticks) = (0, 0L, 0L);
        foreach (var stat in Descendants())
        {
            threads += stat.Threads;
            pages += stat.ResidentPages;
            ticks += stat.Ticks;
        }

        return new ProcessUsage(threads, pages * Environment.SystemPageSize, TimeSpan.FromSeconds(ticks / (double)TicksPerSecond));
    }

    /// <summary>Resident memory with shared pages divided among their sharers. Slow; asked only when the cheap sum is over the limit.</summary>
    public long MeasureProportionalBytes() => Descendants().Sum(stat => ProportionalBytes(stat.Pid));

    /// <summary>Whether the file system shows more processes than that: quick, for one that is the sandbox's own.</summary>
    public bool ShowsMoreThan(int processes) => Directory.EnumerateDirectories(proc).Count(IsProcess) > processes;

    /// <summary>Threads of all processes of a user on this host, as RLIMIT_NPROC counts them.</summary>
    public static int ThreadsOfUser(uint user) => Directory.EnumerateDirectories("/proc").Where(IsProcess).Sum(directory =>
        ReadOrNull(Path.Combine(directory, "status"))?.Split('\n') is { } lines && Number(lines, "Uid:") == user ? (int)Number(lines, "Threads:") : 0);

    public IReadOnlyList<int> Pids() => [.. Descendants().Select(stat => stat.Pid)];

    private IEnumerable<ProcessStat> Descendants()
    {
        var all = new Dictionary<int, ProcessStat>();
        foreach (var directory in Directory.EnumerateDirectories(proc).Take(MaxProcesses))
        {
            if (int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                && ReadOrNull(Path.Combine(directory, "stat")) is { } text)
                all[pid] = ProcessStat.Parse(pid, text);
        }

        return all.Values.Where(IsBelowRoot);

        bool IsBelowRoot(ProcessStat stat)
        {
            for (var steps = 0; stat.Parent != root; steps++)
                if (steps > all.Count || !all.TryGetValue(stat.Parent, out stat!)) return false;
            return true;
        }
    }

    private static bool IsProcess(string directory) => char.IsAsciiDigit(Path.GetFileName(directory)[0]);

    /// <summary>First number of the line that begins with the name; 0 when there is none.</summary>
    private static long Number(string[] lines, string name)
    {
        var words = Array.Find(lines, line => line.StartsWith(name, StringComparison.Ordinal))?[name.Length..]
            .Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return words is [var first, ..] && long.TryParse(first, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }

    private long ProportionalBytes(int pid) =>
        ReadOrNull($"{proc}/{pid}/smaps_rollup")?.Split('\n') is { } lines ? Number(lines, "Pss:") << 10 : 0;

    private static string? ReadOrNull(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private sealed record ProcessStat(int Pid, int Parent, int Threads, long ResidentPages, long Ticks)
    {
        // proc_pid_stat(5). The name in parentheses may hold anything, so fields are counted from its end: state is the third.
        public static ProcessStat Parse(int pid, string text)
        {
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            long Field(int number) => long.Parse(fields[number - 3], CultureInfo.InvariantCulture);
            return new ProcessStat(pid, (int)Field(4), (int)Field(20), Field(24), Field(14) + Field(15) + Field(16) + Field(17));
        }
    }
}
