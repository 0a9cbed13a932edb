using System.Text;
using Cadre.Sandbox.Linux;

namespace Cadre.Sandbox.Bubblewrap;

/// <summary>The files of /etc that programs need, and nothing that tells about this machine.</summary>
internal static class SystemFiles
{
    /// <summary>Host's directories that are shown as they are, where they exist. Not all of /etc/ssl: it holds private keys.</summary>
    public static IReadOnlyList<string> Directories { get; } = ["/etc/alternatives", "/etc/dotnet", "/etc/pki/tls/certs", "/etc/ssl/certs", "/nix/store"];

    /// <summary>Host's files that a command finds, where they exist. Copied, not mounted: each mount costs more.</summary>
    public static IReadOnlyList<string> Files { get; } =
        ["/etc/ld.so.cache", "/etc/localtime", "/etc/mime.types", "/etc/protocols", "/etc/services", "/etc/ssl/openssl.cnf"];

    public static IReadOnlyList<string> FilesWithNetwork { get; } = [.. Files, "/etc/hosts", "/etc/resolv.conf"];

    /// <summary>The files that stand in /etc inside, each open at its start.</summary>
    public static IReadOnlyList<(string Path, Descriptor Content)> Open(uint user, uint group, bool network)
    {
        var files = new List<(string, Descriptor)>
        {
            ("/etc/passwd", Text($"root:x:0:0::/nonexistent:/bin/false\ncadre:x:{user}:{group}::/tmp:/bin/sh\n")),
            ("/etc/group", Text($"root:x:0:\ncadre:x:{group}:\n")),
            ("/etc/nsswitch.conf", Text("passwd: files\ngroup: files\nhosts: files dns\n")),
        };
        if (!network) files.Add(("/etc/hosts", Text("127.0.0.1 localhost cadre\n::1 localhost\n")));
        foreach (var path in network ? FilesWithNetwork : Files)
            if (Descriptor.OpenFile(path) is { } file) files.Add((path, file));
        return files;
    }

    private static Descriptor Text(string content) => Descriptor.Containing(Encoding.UTF8.GetBytes(content));
}
