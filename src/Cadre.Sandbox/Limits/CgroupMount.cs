namespace Cadre.Sandbox.Limits;

/// <summary>A mounted control group hierarchy and this process's place in it, from <c>/proc/self/{mountinfo,cgroup}</c>.</summary>
internal sealed record CgroupMount(bool IsUnified, IReadOnlyList<string> Controllers, string OwnDirectory)
{
    public static IReadOnlyList<CgroupMount> ReadAll()
    {
        if (!File.Exists("/proc/self/cgroup")) return [];
        var places = File.ReadAllLines("/proc/self/cgroup")
            .Select(line => line.Split(':', 3))
            .Where(parts => parts.Length == 3)
            .ToList();
        return [.. File.ReadLines("/proc/self/mountinfo").Select(line => Parse(line, places)).OfType<CgroupMount>()];
    }

    // "36 25 0:31 /root /mount/point options… - type source superoptions", proc_pid_mountinfo(5).
    private static CgroupMount? Parse(string line, List<string[]> places)
    {
        var separator = line.IndexOf(" - ", StringComparison.Ordinal);
        if (separator < 0) return null;
        var mount = line[..separator].Split(' ');
        var system = line[(separator + 3)..].Split(' ');
        if (mount.Length < 5 || system.Length < 3 || system[0] is not ("cgroup" or "cgroup2")) return null;

        var unified = system[0] == "cgroup2";
        var controllers = unified ? [] : system[2].Split(',');
        var place = places.Find(parts => unified ? parts[0] == "0" : parts[1].Split(',').Any(controllers.Contains));
        if (place is null) return null;

        var below = Path.GetRelativePath(mount[3], place[2]);
        return below.StartsWith("..", StringComparison.Ordinal)
            ? null
            : new CgroupMount(unified, controllers, Path.GetFullPath(Path.Combine(mount[4], below)));
    }
}
