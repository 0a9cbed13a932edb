using System.Globalization;

namespace Cadre.Sandbox.Bubblewrap;

/// <summary>An installed bubblewrap and what its version can do.</summary>
internal sealed record BubblewrapProgram(string Path, Version Version)
{
    private static readonly string[] Places = ["/usr/bin/bwrap", "/usr/local/bin/bwrap", "/bin/bwrap", "/run/current-system/sw/bin/bwrap"];

    /// <summary>Below 0.8 the seccomp filter alone keeps a command from making user namespaces.</summary>
    public bool CanDisableUserNamespaces => Version >= new Version(0, 8);

    /// <summary>Below 0.7 the temporary file systems inside are as large as the kernel's default.</summary>
    public bool CanSizeTmpfs => Version >= new Version(0, 7);

    public static string? Find(string? configured) =>
        configured is null ? Places.FirstOrDefault(File.Exists) : File.Exists(configured) ? configured : null;

    /// <param name="said">What <c>bwrap --version</c> prints: "bubblewrap 0.8.0".</param>
    public static Version ParseVersion(string said) =>
        Version.TryParse(said.Trim().Split(' ')[^1], out var version)
            ? version
            : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"'{said}' is not a version of bubblewrap."));
}
