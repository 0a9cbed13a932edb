using System.Globalization;
using Cadre.Engine.Ports;
using Cadre.Sandbox.Linux;
using Cadre.Sandbox.Running;
using Cadre.Sandbox.Seccomp;

namespace Cadre.Sandbox.Bubblewrap;

/// <summary>
/// Wraps a command in bubblewrap: own namespaces; the system read-only, the directory at its own path, nothing else of the host;
/// the seccomp filter. bubblewrap's own environment is empty and its options go through a descriptor, because the command can
/// read both of process 1 (/proc/1/environ, /proc/1/cmdline).
/// </summary>
internal sealed class BubblewrapProfile(BubblewrapProgram program, SyscallTable syscalls, bool isRoot)
{
    private const string Temporary = "/tmp";
    private const uint Nobody = 65534;
    private const long SharedMemoryBytes = 64 << 20;

    // bubblewrap takes the end of the pipe for a release, and does not notice a launcher that died before it asked to be told: a command must not
    // run on after the program that recorded its start. So the command itself is held until the word comes.
    private static readonly string Guard = $$"""
        IFS= read -r go <&{{Confinement.GoNumber}} && [ "$go" = go ] || exit 125
        exec {{Confinement.GoNumber}}<&-
        command -v "$1" >/dev/null || {
            if [ -e "$1" ]; then printf '%s: Permission denied\n' "$1" >&2; exit 126; fi
            printf '%s: No such file or directory\n' "$1" >&2; exit 127
        }
        exec "$@"
        """;

    private static readonly string[] SystemDirectories = ["bin", "sbin", "lib", "lib32", "lib64", "libx32"];

    // What runc masks, beside what bubblewrap does: as root the command is root to the proc file system, whatever its user namespace.
    private static readonly string[] ReadOnlyProc = ["bus", "fs", "irq", "sysrq-trigger"];

    private static readonly string[] HiddenProc = ["acpi", "kcore", "keys", "latency_stats", "timer_list", "timer_stats", "sched_debug", "scsi"];

    private readonly byte[] _filter = SeccompFilter.Assemble(syscalls, SocketFamilies.Local, allowPTrace: true);

    /// <exception cref="SandboxUnavailableException">A path of the command cannot be confined.</exception>
    public Confinement Wrap(SandboxCommand command)
    {
        var paths = CommandPaths.Of(command);
        var guarded = command.WritableDirectory ? ProtectedPaths.Plan(paths.Directory, paths.Protected) : new ProtectedPaths([], [], []);
        var files = SystemFiles.Open(isRoot ? Nobody : Libc.GetUid(), isRoot ? Nobody : Libc.GetGid(), command.Network);

        const int options = Confinement.FirstExtraNumber, filter = options + 1, firstFile = filter + 1;
        var arguments = new BubblewrapArguments();
        AddNamespaces(arguments, command, filter);
        AddSystem(arguments);
        for (var i = 0; i < files.Count; i++) arguments.Add("--perms", "0444").Add("--file", Text(firstFile + i), files[i].Path);
        AddKernel(arguments, command);
        AddDirectories(arguments, command, paths, guarded);
        arguments.Add("--chdir", paths.Start);

        return new Confinement(
            program.Path,
            ["--args", Text(options), "--", "/bin/sh", "-c", Guard, "cadre", .. command.Argv],
            Environment: [],
            Extra: [arguments.ToDescriptor(), Descriptor.Containing(_filter), .. files.Select(file => file.Content)],
            OwnsProcesses: true,
            "\ngo\n"u8.ToArray(),
            guarded.Held);
    }

    private void AddNamespaces(BubblewrapArguments arguments, SandboxCommand command, int filter)
    {
        arguments.Add("--unshare-all");
        if (command.Network) arguments.Add("--share-net");
        arguments.Add("--unshare-user");
        if (program.CanDisableUserNamespaces) arguments.Add("--disable-userns");
        if (isRoot) arguments.Add("--uid", Text(Nobody)).Add("--gid", Text(Nobody));
        arguments
            .Add("--cap-drop", "ALL").Add("--die-with-parent").Add("--new-session").Add("--hostname", "cadre")
            .Add("--seccomp", Text(filter))
            .Add("--json-status-fd", Text(Confinement.StatusNumber)).Add("--block-fd", Text(Confinement.ReleaseNumber))
            .Add("--clearenv");
        foreach (var (name, value) in CommandEnvironment.Of(command.Environment, Temporary)) arguments.Add("--setenv", name, value);
    }

    private static void AddSystem(BubblewrapArguments arguments)
    {
        arguments.Add("--ro-bind", "/usr", "/usr");
        foreach (var name in SystemDirectories)
        {
            var directory = new DirectoryInfo("/" + name);
            if (directory.LinkTarget is { } target) arguments.Add("--symlink", target, directory.FullName);
            else if (directory.Exists) arguments.Add("--ro-bind", directory.FullName, directory.FullName);
        }

        foreach (var path in SystemFiles.Directories)
            if (Directory.Exists(path)) arguments.Add("--ro-bind", path, path);
    }

    private void AddKernel(BubblewrapArguments arguments, SandboxCommand command)
    {
        arguments.Add("--proc", "/proc").Add("--ro-bind", "/proc/sys", "/proc/sys");
        if (isRoot) AddProcMasks(arguments);
        var temporary = Math.Min(command.Limits.FileBytes, command.Limits.MemoryBytes / 2);
        arguments.Add("--dev", "/dev");
        AddTmpfs(arguments, "/dev/shm", Math.Min(SharedMemoryBytes, temporary));
        AddTmpfs(arguments, Temporary, temporary);
        if (command.Scratch is { } scratch) AddTmpfs(arguments, scratch, temporary);
    }

    private static void AddProcMasks(BubblewrapArguments arguments)
    {
        foreach (var path in ReadOnlyProc.Select(name => "/proc/" + name))
            if (Path.Exists(path)) arguments.Add("--ro-bind", path, path);
        foreach (var path in HiddenProc.Select(name => "/proc/" + name))
        {
            if (Directory.Exists(path)) arguments.Add("--tmpfs", path).Add("--remount-ro", path);
            else if (File.Exists(path)) arguments.Add("--ro-bind", "/dev/null", path);
        }
    }

    private void AddTmpfs(BubblewrapArguments arguments, string path, long size)
    {
        if (program.CanSizeTmpfs) arguments.Add("--size", Text(Math.Max(size, Environment.SystemPageSize)));
        arguments.Add("--perms", "1777").Add("--tmpfs", path);
    }

    // Parents before children, so that the inner mount is the one that counts; then the root, where nothing may be written.
    private static void AddDirectories(BubblewrapArguments arguments, SandboxCommand command, CommandPaths paths, ProtectedPaths guarded)
    {
        var own = command.WritableDirectory ? "--bind" : "--ro-bind";
        var mounts = paths.ReadOnly.Select(path => (Option: "--ro-bind", Path: path))
            .Append((Option: own, Path: paths.Directory))
            .OrderBy(mount => mount.Path.Count(character => character == '/'));
        foreach (var (option, path) in mounts) arguments.Add(option, path, path);
        foreach (var path in guarded.Pinned) arguments.Add("--bind", path, path);
        foreach (var path in guarded.ReadOnly) arguments.Add("--ro-bind", path, path);
        arguments.Add("--remount-ro", "/dev").Add("--remount-ro", "/");
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
