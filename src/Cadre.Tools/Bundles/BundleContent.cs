using System.Security.Cryptography;
using System.Text;
using Cadre.Tools.Files;

namespace Cadre.Tools.Bundles;

/// <summary>The hash that names a bundle's content, and the check that a stored bundle still has it.</summary>
internal static class BundleContent
{
    /// <summary>Over every path and file hash, bundle.yaml among them, in ordinal order.</summary>
    public static string Hash(IEnumerable<KeyValuePair<string, string>> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (path, sha256) in files.OrderBy(file => file.Key, StringComparer.Ordinal)) hash.AppendData(Encoding.UTF8.GetBytes($"{path}\0{sha256}\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>
    /// Null when the directory holds exactly the manifest's files with exactly their content, and the whole has the hash that it was installed
    /// under. Reads every byte: a time stamp proves nothing.
    /// </summary>
    public static async ValueTask<string?> MismatchAsync(string directory, string contentHash, CancellationToken cancellationToken)
    {
        try
        {
            var found = new Dictionary<string, string>();
            if (await CollectAsync(new(directory), "", found, cancellationToken) is { } strange) return strange;
            if (!found.ContainsKey(BundleManifest.FileName)) return $"{BundleManifest.FileName} is gone.";
            var bytes = await File.ReadAllBytesAsync(Path.Combine(directory, BundleManifest.FileName), cancellationToken);
            if (BundleManifest.Parse(bytes, out var problem) is not { } manifest) return problem!.ToString();
            foreach (var (path, expected) in manifest.Files)
            {
                if (!found.TryGetValue(path, out var actual)) return $"'{path}' is gone.";
                if (actual != expected) return $"'{path}' was changed.";
            }

            if (found.Keys.FirstOrDefault(path => path != BundleManifest.FileName && !manifest.Files.ContainsKey(path)) is { } extra) return $"'{Mcp.PlainText.OneLine(extra, 200)}' was added.";
            return Hash(found) == contentHash ? null : $"{BundleManifest.FileName} was changed.";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return $"It cannot be read: {exception.Message}";
        }
    }

    private static async ValueTask<string?> CollectAsync(DirectoryInfo folder, string prefix, Dictionary<string, string> found, CancellationToken cancellationToken)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos())
        {
            var path = prefix + entry.Name;
            if (entry.LinkTarget is not null) return $"'{Mcp.PlainText.OneLine(path, 200)}' is a link now.";
            if (found.Count > BundleLimits.Files || path.Length > BundlePath.MaxLength) return "It holds files that were added.";
            if (entry is DirectoryInfo directory)
            {
                if (await CollectAsync(directory, path + "/", found, cancellationToken) is { } strange) return strange;
                continue;
            }

            await using var content = RegularFile.OpenRead(entry.FullName);
            if (content.Length > BundleLimits.FileBytes) return $"'{path}' was changed.";
            found[path] = Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken));
        }

        return null;
    }
}
