using System.Security.Cryptography;

namespace Cadre.Tools.Bundles;

/// <summary>A new bundle on its way into the store: every file goes through here, is counted, and is hashed as it is written.</summary>
internal sealed class BundleStaging(string directory)
{
    private const UnixFileMode ReadOnlyMode = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private readonly Dictionary<string, string> _hashes = [];
    private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase);

    public long TotalBytes { get; private set; }

    /// <summary>SHA-256 (hex) by path.</summary>
    public IReadOnlyDictionary<string, string> Hashes => _hashes;

    public string Directory => directory;

    /// <summary>Null when the file is staged; otherwise why the bundle is refused.</summary>
    public async ValueTask<string?> AddAsync(string path, Stream content, bool executable, CancellationToken cancellationToken)
    {
        if (BundlePath.Mistake(path) is { } mistake) return mistake;
        // Names that differ only in case are one file on some systems.
        if (!_names.Add(path)) return $"'{path}' is there twice.";
        if (_names.Count > BundleLimits.Files) return $"More than {BundleLimits.Files} files.";
        var target = Path.Combine(directory, path);
        if (Path.GetDirectoryName(target) is { } parent) System.IO.Directory.CreateDirectory(parent);
        if (File.Exists(target) || System.IO.Directory.Exists(target)) return $"'{path}' is there twice.";

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using (var file = new FileStream(target, FileMode.CreateNew, FileAccess.Write, FileShare.None))
        {
            var buffer = new byte[64 << 10];
            for (long size = 0; await content.ReadAsync(buffer, cancellationToken) is var count and > 0;)
            {
                size += count;
                TotalBytes += count;
                if (size > BundleLimits.FileBytes) return $"'{path}' is larger than {BundleLimits.FileBytes >> 20} MiB.";
                if (TotalBytes > BundleLimits.TotalBytes) return $"The bundle is larger than {BundleLimits.TotalBytes >> 20} MiB.";
                hash.AppendData(buffer, 0, count);
                await file.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            }
        }

        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(target, executable ? ReadOnlyMode | Executable : ReadOnlyMode);
        _hashes[path] = Convert.ToHexStringLower(hash.GetHashAndReset());
        return null;
    }

    public void MakeExecutable(string path)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path.Combine(directory, path), ReadOnlyMode | Executable);
    }
}
