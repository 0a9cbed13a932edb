using System.Text.Json;
using Cadre.Engine.Ports;
using Cadre.Sandbox.Bubblewrap;
using Cadre.Sandbox.Linux;
using Cadre.Sandbox.Running;
using Cadre.Sandbox.Seccomp;

namespace Cadre.Sandbox.Landlock;

/// <summary>
/// Wraps a command in this program's own helper, which restricts itself and then executes the command. Landlock names files only:
/// the seccomp filter refuses sockets (all of them without network; unix sockets always, since those of the host could be reached).
/// </summary>
internal sealed class LandlockProfile(IReadOnlyList<string> helper, SyscallTable syscalls)
{
    private static readonly string[] Readable =
    [
        "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/proc",
        "/etc/passwd", "/etc/group", "/etc/nsswitch.conf", .. SystemFiles.Directories,
    ];

    private static readonly string[] Devices = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"];

    /// <exception cref="SandboxUnavailableException">A path of the command cannot be confined.</exception>
    public Confinement Wrap(SandboxCommand command)
    {
        if (command.Scratch is not null) throw new SandboxUnavailableException("A file system in memory needs bubblewrap: Landlock alone cannot make one.");
        var paths = CommandPaths.Of(command);
        var temporary = new TemporaryDirectory();
        try
        {
            var environment = CommandEnvironment.Of(command.Environment, temporary.Path);
            var plan = new LandlockPlan(
                command.Argv,
                [.. environment.Select(variable => $"{variable.Key}={variable.Value}"), .. environment.ContainsKey("PWD") ? Array.Empty<string>() : [$"PWD={paths.Start}"]],
                environment["PATH"],
                paths.Start,
                temporary.Path,
                command.Network,
                [.. Rules(command, paths, temporary.Path)],
                SeccompFilter.Assemble(syscalls, command.Network ? SocketFamilies.Internet : SocketFamilies.None, allowPTrace: false));
            return new Confinement(
                helper[0],
                [.. helper.Skip(1)],
                HelperEnvironment(),
                Extra: [Descriptor.Containing(JsonSerializer.SerializeToUtf8Bytes(plan, LandlockJson.Default.LandlockPlan))],
                OwnsProcesses: false,
                new byte[] { 1 },
                Held: [temporary]);
        }
        catch
        {
            temporary.Dispose();
            throw;
        }
    }

    private static IEnumerable<PathRule> Rules(SandboxCommand command, CommandPaths paths, string temporary)
    {
        var readable = Readable
            .Concat(command.Network ? SystemFiles.FilesWithNetwork : SystemFiles.Files)
            .Concat(paths.ReadOnly)
            .Append(paths.Directory);
        foreach (var path in readable.Select(Libc.RealPath).OfType<string>().Distinct()) yield return new PathRule(path, PathAccess.Read);
        foreach (var path in Devices.Where(File.Exists).Append(temporary)) yield return new PathRule(path, PathAccess.Write);
        if (!command.WritableDirectory) yield break;
        foreach (var path in WritablePaths.Find(Libc.RealPath(paths.Directory)!, paths.Protected)) yield return new PathRule(path, PathAccess.Write);
    }

    /// <summary>What the .NET runtime of the helper needs; the command gets none of it.</summary>
    private static IReadOnlyList<string> HelperEnvironment() =>
    [
        $"DOTNET_ROOT={Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "../../.."))}",
        "DOTNET_EnableDiagnostics=0",
        "DOTNET_TieredPGO=0",
        "DOTNET_gcServer=0",
        "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1",
    ];
}
