using System.Text;
using Cadre.Sandbox.Linux;

namespace Cadre.Sandbox.Bubblewrap;

/// <summary>The files of /etc that programs need, and nothing that tells about this machine.</summary>
internal static class SystemFiles
{
    /// <summary>Host's files that are shown as they are, where they exist. Not all of /etc/ssl: it holds private keys.</summary>
    public static IReadOnlyList<string> Shown { get; } =
    [
        "/etc/alternatives", "/etc/ca-certificates", "/etc/dotnet", "/etc/ld.so.cache", "/etc/localtime", "/etc/mime.types", "/etc/pki/tls/certs",
        "/etc/protocols", "/etc/services", "/etc/ssl/certs", "/etc/ssl/openssl.cnf", "/nix/store",
    ];

    public static IReadOnlyList<string> ShownWithNetwork { get; } = ["/etc/hosts", "/etc/resolv.conf"];

    public static IReadOnlyList<(string Path, string Content)> Made(uint user, uint group, bool network)
    {
        (string, string)[] files =
        [
            ("/etc/passwd", $"root:x:0:0::/nonexistent:/bin/false\ncadre:x:{user}:{group}::/tmp:/bin/sh\n"),
            ("/etc/group", $"root:x:0:\ncadre:x:{group}:\n"),
            ("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n"),
        ];
        return network ? files : [.. files, ("/etc/hosts", "127.0.0.1 localhost cadre\n::1 localhost\n")];
    }

    public static Descriptor ToDescriptor(string content) => Descriptor.Containing(Encoding.UTF8.GetBytes(content));
}
