using Cadre.Engine.Ports;
using Cadre.Sandbox.Linux;

namespace Cadre.Sandbox.Running;

/// <summary>The paths of a command, checked: what both levels demand before they confine it.</summary>
/// <param name="Directory">As the command sees it.</param>
/// <param name="Start">Where the command begins, absolute.</param>
/// <param name="Protected">Relative to <paramref name="Directory"/>, without "." and "..".</param>
internal sealed record CommandPaths(string Directory, string Start, IReadOnlyList<string> ReadOnly, IReadOnlyList<string> Protected)
{
    // Writable, these would give a command the machine; /tmp and /run hold the sockets of other programs.
    private static readonly HashSet<string> System =
        ["/", "/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/lib32", "/lib64", "/opt", "/proc", "/run", "/sbin", "/sys", "/tmp", "/usr", "/var"];

    private static readonly string[] Kernel = ["/proc", "/sys", "/dev"];

    /// <exception cref="SandboxUnavailableException">A path cannot be confined.</exception>
    public static CommandPaths Of(SandboxCommand command)
    {
        if (command.Argv is []) throw new ArgumentException("A command needs a program.", nameof(command));
        if (command.Argv.Concat(command.Environment.Values).Concat(command.Environment.Keys).Any(text => text.Contains('\0')))
            throw new SandboxUnavailableException("An argument or a variable holds a NUL character.");
        if (command.Environment.Keys.FirstOrDefault(name => name is "" || name.Contains('=')) is { } bad)
            throw new SandboxUnavailableException($"'{bad}' is not the name of a variable.");

        var directory = Absolute(command.Directory);
        var real = Libc.RealPath(directory)
            ?? throw new SandboxUnavailableException($"The directory '{directory}' does not exist.");
        if (System.Contains(directory) || System.Contains(real) || Kernel.Any(kernel => IsBelow(real, kernel)))
            throw new SandboxUnavailableException($"'{directory}' is a directory of the system and cannot be a workspace; choose one below it.");
        if (!global::System.IO.Directory.Exists(real)) throw new SandboxUnavailableException($"'{directory}' is not a directory.");

        var start = Path.TrimEndingDirectorySeparator(Path.GetFullPath(command.WorkingDirectory, directory));
        if (!IsBelow(start, directory)) throw new SandboxUnavailableException($"'{command.WorkingDirectory}' leaves '{directory}'.");
        return new CommandPaths(directory, start, [.. command.ReadOnly.Select(Existing)], [.. command.Protected.Select(Inside)]);

        string Inside(string path)
        {
            var relative = Path.GetRelativePath(directory, Path.GetFullPath(path, directory));
            return relative != ".." && !relative.StartsWith("../", StringComparison.Ordinal) && !Path.IsPathRooted(path)
                ? relative
                : throw new SandboxUnavailableException($"The protected path '{path}' is not below '{directory}'.");
        }
    }

    private static string Existing(string path)
    {
        var absolute = Absolute(path);
        return Libc.RealPath(absolute) is { } real and not "/" && !Kernel.Any(kernel => IsBelow(real, kernel))
            ? absolute
            : throw new SandboxUnavailableException($"'{path}' does not exist or cannot be shown inside.");
    }

    private static string Absolute(string path) => Path.IsPathRooted(path)
        ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))
        : throw new SandboxUnavailableException($"'{path}' is not an absolute path.");

    private static bool IsBelow(string path, string ancestor) =>
        path == ancestor || path.StartsWith(ancestor + '/', StringComparison.Ordinal);
}
