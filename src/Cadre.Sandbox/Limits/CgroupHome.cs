using Cadre.Engine.Ports;

namespace Cadre.Sandbox.Limits;

/// <summary>
/// Where this process may make control groups for its commands: found by making one. Version 1 has a hierarchy per controller,
/// version 2 one for all; both may be mounted, and either may lack a controller.
/// </summary>
internal sealed class CgroupHome
{
    private const string Prefix = "cadre-";

    // Taken by memory.max (bytes) and pids.max (at most 4 194 304) alike.
    private const string ProbeLimit = "1048576";
    private static int _count;
    private readonly string? _memory;
    private readonly string? _processes;

    private CgroupHome(CgroupKind kind, string? memory, string? processes) =>
        (Kind, _memory, _processes) = (kind, memory, processes);

    public CgroupKind Kind { get; }
    public bool LimitsMemory => _memory is not null;
    public bool LimitsProcesses => _processes is not null;

    /// <param name="delegated">A version 2 directory that the operator names; null looks at the groups of this process.</param>
    public static CgroupHome? Find(string? delegated)
    {
        if (delegated is not null) return Version2(delegated);
        var mounts = CgroupMount.ReadAll();
        return mounts.Select(mount => mount.IsUnified ? Version2(mount.OwnDirectory) : null).FirstOrDefault(home => home is not null)
            ?? Version1(mounts);
    }

    /// <exception cref="IOException">The kernel refused a limit: the command must not run without it.</exception>
    public CommandCgroup Create(SandboxLimits limits)
    {
        var name = $"{Prefix}{Environment.ProcessId}-{Interlocked.Increment(ref _count)}";
        var memory = _memory is null ? null : Path.Combine(_memory, name);
        var processes = _processes is null ? null : Path.Combine(_processes, name);
        var group = new CommandCgroup(Kind, memory, processes);
        try
        {
            foreach (var directory in group.Directories) Directory.CreateDirectory(directory);
            group.Limit(limits);
            return group;
        }
        catch
        {
            group.Dispose();
            throw;
        }
    }

    private static CgroupHome? Version2(string directory)
    {
        var memory = CanMake(directory, "memory.max");
        var processes = CanMake(directory, "pids.max");
        return memory || processes
            ? new CgroupHome(CgroupKind.Version2, memory ? directory : null, processes ? directory : null)
            : null;
    }

    private static CgroupHome? Version1(IReadOnlyList<CgroupMount> mounts)
    {
        var memory = Controller("memory", "memory.limit_in_bytes");
        var processes = Controller("pids", "pids.max");
        return memory is null && processes is null ? null : new CgroupHome(CgroupKind.Version1, memory, processes);

        string? Controller(string name, string file) => mounts
            .Where(mount => mount.Controllers.Contains(name) && CanMake(mount.OwnDirectory, file))
            .Select(mount => mount.OwnDirectory)
            .FirstOrDefault();
    }

    private static bool CanMake(string directory, string file)
    {
        if (!Directory.Exists(directory)) return false;
        RemoveLeftovers(directory);
        var probe = Path.Combine(directory, $"{Prefix}{Environment.ProcessId}-probe-{Interlocked.Increment(ref _count)}");
        try
        {
            Directory.CreateDirectory(probe);
            try
            {
                File.WriteAllText(Path.Combine(probe, file), ProbeLimit);
                File.WriteAllText(Path.Combine(probe, "cgroup.procs"), "");
                return true;
            }
            finally
            {
                Directory.Delete(probe);
            }
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Groups of a launcher that was killed stay behind; they are empty, since its commands died with it.</summary>
    private static void RemoveLeftovers(string directory)
    {
        foreach (var group in Directory.EnumerateDirectories(directory, Prefix + "*"))
        {
            var owner = Path.GetFileName(group)[Prefix.Length..].Split('-')[0];
            if (!Directory.Exists($"/proc/{owner}")) CommandCgroup.TryRemove(group);
        }
    }
}
