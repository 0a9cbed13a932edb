using Cadre.Sandbox.Linux;

namespace Cadre.Sandbox.Landlock;

/// <summary>A command's own home and place for temporary files, on the host, for as long as the command runs.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Libc.RealPath(Directory.CreateTempSubdirectory("cadre-sandbox-").FullName)!;

    public void Dispose() => Remove(Path);

    /// <summary>Removes the directory, whatever modes the command gave to what is in it. Called when none of its processes is left.</summary>
    public static void Remove(string path)
    {
        if (!Directory.Exists(path)) return;
        if (!OperatingSystem.IsWindows()) Open(new DirectoryInfo(path));
        Directory.Delete(path, recursive: true);
    }

    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    private static void Open(DirectoryInfo directory)
    {
        directory.UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        foreach (var below in directory.EnumerateDirectories())
            if (below.LinkTarget is null) Open(below);
    }
}
