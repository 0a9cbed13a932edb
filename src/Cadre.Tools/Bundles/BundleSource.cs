using System.Formats.Tar;
using System.IO.Compression;
using Cadre.Tools.Files;

namespace Cadre.Tools.Bundles;

/// <summary>Reads a bundle from a folder, a .zip or a .tar.gz into the staging area. Links and special files are refused, never followed.</summary>
internal static class BundleSource
{
    private const int UnixTypeMask = 0xF000;
    private const int UnixRegular = 0x8000;
    private const int UnixDirectory = 0x4000;
    private const int UnixExecute = 0x40;

    /// <summary>Null when everything is staged; otherwise why the bundle is refused.</summary>
    public static async ValueTask<string?> StageAsync(string source, BundleStaging staging, CancellationToken cancellationToken)
    {
        try
        {
            if (Directory.Exists(source)) return await FolderAsync(new(source), "", staging, cancellationToken);
            if (!File.Exists(source)) return $"There is no '{source}'.";
            if (new FileInfo(source).Length > BundleLimits.ArchiveBytes) return $"The archive is larger than {BundleLimits.ArchiveBytes >> 20} MiB.";
            await using var file = new FileStream(source, FileMode.Open, FileAccess.Read, FileShare.Read);
            var name = Path.GetFileName(source);
            if (name.EndsWith(".zip", StringComparison.OrdinalIgnoreCase)) return await ZipAsync(file, staging, cancellationToken);
            if (name.EndsWith(".tar.gz", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".tgz", StringComparison.OrdinalIgnoreCase)) return await TarAsync(file, staging, cancellationToken);
            return "A bundle is a folder, a .zip or a .tar.gz.";
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException or FormatException)
        {
            return $"The bundle cannot be read: {exception.Message}";
        }
    }

    private static async ValueTask<string?> FolderAsync(DirectoryInfo folder, string prefix, BundleStaging staging, CancellationToken cancellationToken)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            var path = prefix + entry.Name;
            if (entry.LinkTarget is not null) return $"'{path}' is a link.";
            if (BundlePath.Mistake(path) is { } mistake) return mistake;
            string? refusal;
            if (entry is DirectoryInfo directory)
            {
                refusal = await FolderAsync(directory, path + "/", staging, cancellationToken);
            }
            else
            {
                await using var content = RegularFile.OpenRead(entry.FullName);
                refusal = await staging.AddAsync(path, content, IsExecutable(entry.FullName), cancellationToken);
            }

            if (refusal is not null) return refusal;
        }

        return null;
    }

    private static async ValueTask<string?> ZipAsync(FileStream file, BundleStaging staging, CancellationToken cancellationToken)
    {
        using var archive = new ZipArchive(file, ZipArchiveMode.Read);
        if (archive.Entries.Count > BundleLimits.Files * 2) return $"More than {BundleLimits.Files} files.";
        foreach (var entry in archive.Entries)
        {
            var mode = entry.ExternalAttributes >>> 16;
            var type = mode & UnixTypeMask;
            if (type is not (0 or UnixRegular or UnixDirectory)) return $"'{Mcp.PlainText.OneLine(entry.FullName, 80)}' is a link or a special file.";
            if (entry.FullName.EndsWith('/'))
            {
                if (BundlePath.Mistake(entry.FullName.TrimEnd('/')) is { } mistake) return mistake;
                continue;
            }

            await using var content = await entry.OpenAsync(cancellationToken);
            if (await staging.AddAsync(entry.FullName, content, (mode & UnixExecute) != 0, cancellationToken) is { } refusal) return refusal;
            if (IsBomb(staging, file.Length)) return Bomb;
        }

        return null;
    }

    private static async ValueTask<string?> TarAsync(FileStream file, BundleStaging staging, CancellationToken cancellationToken)
    {
        await using var plain = new GZipStream(file, CompressionMode.Decompress);
        await using var bounded = new UnpackedStream(plain, file.Length);
        await using var reader = new TarReader(bounded);
        var entries = 0;
        while (await reader.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            if (++entries > BundleLimits.Files * 2) return $"More than {BundleLimits.Files} files.";
            var path = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;
            if (entry.EntryType is TarEntryType.Directory)
            {
                if (path.Length > 0 && BundlePath.Mistake(path.TrimEnd('/')) is { } mistake) return mistake;
                continue;
            }

            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile)) return $"'{Mcp.PlainText.OneLine(path, 80)}' is a link or a special file.";
            var executable = (entry.Mode & UnixFileMode.UserExecute) != 0;
            if (await staging.AddAsync(path, entry.DataStream ?? Stream.Null, executable, cancellationToken) is { } refusal) return refusal;
        }

        return null;
    }

    private const string Bomb = "The archive unpacks to far more than it holds: refused as a bomb.";

    private static bool IsBomb(BundleStaging staging, long packed) => staging.TotalBytes > 1 << 20 && staging.TotalBytes / Math.Max(packed, 1) > BundleLimits.Ratio;

    private static bool IsExecutable(string path) => !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & UnixFileMode.UserExecute) != 0;

    private sealed class UnpackedStream(Stream inner, long packed) : Stream
    {
        private long _read;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => _read; set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => Count(await inner.ReadAsync(buffer, cancellationToken));

        public override int Read(byte[] buffer, int offset, int count) => Count(inner.Read(buffer, offset, count));

        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private int Count(int count)
        {
            _read += count;
            if (_read > 1 << 20 && _read / Math.Max(packed, 1) > BundleLimits.Ratio) throw new InvalidDataException(Bomb);
            return _read <= BundleLimits.TotalBytes * 2 ? count : throw new InvalidDataException($"The bundle is larger than {BundleLimits.TotalBytes >> 20} MiB.");
        }
    }
}
