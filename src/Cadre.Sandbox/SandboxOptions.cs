using Cadre.Engine.Ports;

namespace Cadre.Sandbox;

public sealed record SandboxOptions
{
    public static SandboxOptions Default { get; } = new();

    /// <summary>Use this level or refuse; null takes the strongest that works.</summary>
    public SandboxLevel? Force { get; init; }

    /// <summary>Full path of bubblewrap; null looks in the system's directories (never in PATH, which a workspace may have changed).</summary>
    public string? BubblewrapPath { get; init; }

    /// <summary>
    /// Program and first arguments that end in <see cref="Landlock.LandlockLauncher.Run"/>; null re-executes this program with
    /// <see cref="Landlock.LandlockLauncher.Verb"/>.
    /// </summary>
    public IReadOnlyList<string>? LandlockLauncher { get; init; }

    /// <summary>A cgroup v2 directory that was delegated to Cadre; null looks at the groups this process is in.</summary>
    public string? CgroupPath { get; init; }

    /// <summary>False does without cgroups even where they work.</summary>
    public bool UseCgroups { get; init; } = true;

    /// <summary>Standard output and standard error together; a command that writes more is ended.</summary>
    public long FloodBytes { get; init; } = 64L << 20;

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
