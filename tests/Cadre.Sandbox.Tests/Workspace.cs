using Cadre.Engine.Ports;

namespace Cadre.Sandbox.Tests;

/// <summary>A directory for a command, with a name that no other process has.</summary>
internal sealed class Workspace : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("sandboxed-").FullName;

    public SandboxCommand Command(params string[] argv) => new(argv, Path, SandboxLimits.Default);

    public SandboxCommand Shell(string script) => Command("sh", "-c", script);

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public string Write(string name, string content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(File(name))!);
        System.IO.File.WriteAllText(File(name), content);
        return File(name);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
