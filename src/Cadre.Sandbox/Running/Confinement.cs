using Cadre.Sandbox.Linux;

namespace Cadre.Sandbox.Running;

/// <summary>
/// A command wrapped for its level, not started yet. The wrapper gets the command's streams as 0-2, <see cref="StatusNumber"/>
/// to report on, <see cref="ReleaseNumber"/> to wait on until its limits are in force (<see cref="GoNumber"/> is the same pipe for whoever comes
/// after it), and <paramref name="Extra"/> from <see cref="FirstExtraNumber"/> up.
/// </summary>
/// <param name="OwnsProcesses">The first process inside is the init of a process namespace: killing it kills everything.</param>
/// <param name="Release">What is written when the limits are in force. A pipe that ends without it belongs to a launcher that died: nothing may run.</param>
/// <param name="Held">Released when the command and everything it started have ended.</param>
internal sealed record Confinement(
    string Program,
    IReadOnlyList<string> Arguments,
    IReadOnlyList<string> Environment,
    IReadOnlyList<Descriptor> Extra,
    bool OwnsProcesses,
    ReadOnlyMemory<byte> Release,
    IReadOnlyList<IDisposable> Held) : IDisposable
{
    public const int StatusNumber = 3;
    public const int ReleaseNumber = 4;
    public const int GoNumber = 5;
    public const int FirstExtraNumber = 6;

    public void Dispose()
    {
        foreach (var descriptor in Extra) descriptor.Dispose();
        foreach (var held in Held) held.Dispose();
    }
}
