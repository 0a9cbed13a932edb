using System.Text;
using System.Text.Json;
using Cadre.Engine.Ports;
using Cadre.Tools.Files;

namespace Cadre.Tools.Bundles;

/// <summary>
/// The installed bundles, under the tools directory: store/HASH/… (read-only files, named by their content) and installed.json, which says
/// what is in force. A crash leaves the old index or the new one; what no entry names is swept by the next change.
/// </summary>
public sealed class BundleStore(string directory, IAudit audit, TimeProvider time)
{
    private const int MaxIndexBytes = 1 << 20;

    private string IndexPath => Path.Combine(directory, "installed.json");

    private string StorePath => Path.Combine(directory, "store");

    private string StagingPath => Path.Combine(directory, "staging");

    /// <summary>Where the bundle's files are.</summary>
    public string DirectoryOf(InstalledBundle bundle) => Path.Combine(Path.GetFullPath(StorePath), bundle.Hash);

    /// <summary>In the order of their names. Throws <see cref="InvalidDataException"/> when the index is damaged: nothing is run then.</summary>
    public async ValueTask<IReadOnlyList<InstalledBundle>> ListAsync(CancellationToken cancellationToken) => (await ReadAsync(cancellationToken)).Bundles;

    /// <summary>Installs from a folder, a .zip or a .tar.gz; a bundle of the same name is replaced. Nothing is run.</summary>
    /// <param name="actor">Who installs it, for the audit: "user:ID".</param>
    public async ValueTask<BundleInstallation> InstallAsync(string source, string actor, CancellationToken cancellationToken)
    {
        using var held = await FileLock.TakeAsync(Path.Combine(directory, "bundles.lock"), time, cancellationToken);
        var index = await ReadAsync(cancellationToken);
        var staging = new BundleStaging(Path.Combine(StagingPath, Path.GetRandomFileName()));
        AtomicFile.CreateDirectory(StagingPath);
        Directory.CreateDirectory(staging.Directory);
        try
        {
            if (await BundleSource.StageAsync(source, staging, cancellationToken) is { } refusal) return Refused(refusal);
            var (manifest, problem) = await CheckAsync(staging, index, cancellationToken);
            if (manifest is null) return new(null, problem);
            var bundle = new InstalledBundle(manifest.Name, manifest.Version, BundleContent.Hash(staging.Hashes), time.GetUtcNow(), Mcp.PlainText.OneLine(source, 400));
            var replaced = index.Bundles.Find(other => other.Name == bundle.Name);
            await AuditAsync("installed", bundle, actor, cancellationToken);
            Keep(staging, bundle);
            await WriteAsync([.. index.Bundles.Where(other => other != replaced), bundle]);
            return new(bundle, null, replaced);
        }
        finally
        {
            if (Directory.Exists(staging.Directory)) Directory.Delete(staging.Directory, recursive: true);
        }
    }

    /// <summary>False when there is no bundle of this name.</summary>
    public async ValueTask<bool> RemoveAsync(string name, string actor, CancellationToken cancellationToken)
    {
        using var held = await FileLock.TakeAsync(Path.Combine(directory, "bundles.lock"), time, cancellationToken);
        var index = await ReadAsync(cancellationToken);
        if (index.Bundles.Find(bundle => bundle.Name == name) is not { } found) return false;
        await AuditAsync("removed", found, actor, cancellationToken);
        await WriteAsync([.. index.Bundles.Where(bundle => bundle != found)]);
        return true;
    }

    /// <summary>Reads every byte of every bundle, or of the one of this name.</summary>
    public async ValueTask<IReadOnlyList<BundleVerification>> VerifyAsync(string? name, CancellationToken cancellationToken)
    {
        var verified = new List<BundleVerification>();
        foreach (var bundle in (await ReadAsync(cancellationToken)).Bundles.Where(bundle => name is null || bundle.Name == name))
        {
            verified.Add(new(bundle, await MismatchAsync(bundle, cancellationToken)));
        }

        return verified;
    }

    /// <summary>
    /// The 'files' of a folder's bundle.yaml as they should be, in YAML, for a bundle's author; null and the reason when the folder cannot be a
    /// bundle. Existing entries are not read.
    /// </summary>
    public static async ValueTask<(string? Yaml, string? Refusal)> HashFilesAsync(string folder, CancellationToken cancellationToken)
    {
        var scratch = Directory.CreateTempSubdirectory("cadre-hash-");
        try
        {
            var staging = new BundleStaging(scratch.FullName);
            if (await BundleSource.StageAsync(folder, staging, cancellationToken) is { } refusal) return (null, refusal);
            var yaml = new StringBuilder("files:\n");
            foreach (var (path, hash) in staging.Hashes.Where(file => file.Key != BundleManifest.FileName).OrderBy(file => file.Key, StringComparer.Ordinal))
            {
                yaml.Append("  ").Append(Quoted(path)).Append(": ").Append(hash).Append('\n');
            }

            return (staging.Hashes.Count > (staging.Hashes.ContainsKey(BundleManifest.FileName) ? 1 : 0) ? yaml.ToString() : "files: {}\n", null);
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    internal ValueTask<string?> MismatchAsync(InstalledBundle bundle, CancellationToken cancellationToken) =>
        BundleContent.MismatchAsync(DirectoryOf(bundle), bundle.Hash, cancellationToken);

    /// <summary>Of an installed bundle, whose content was just verified.</summary>
    internal async ValueTask<BundleManifest?> ManifestAsync(InstalledBundle bundle, CancellationToken cancellationToken) =>
        BundleManifest.Parse(await File.ReadAllBytesAsync(Path.Combine(DirectoryOf(bundle), BundleManifest.FileName), cancellationToken), out _);

    private async ValueTask<(BundleManifest? Manifest, BundleProblem? Problem)> CheckAsync(BundleStaging staging, BundleIndex index, CancellationToken cancellationToken)
    {
        var path = Path.Combine(staging.Directory, BundleManifest.FileName);
        if (!staging.Hashes.ContainsKey(BundleManifest.FileName)) return (null, new(0, 0, $"There is no {BundleManifest.FileName} at the top of the bundle."));
        if (new FileInfo(path).Length > BundleManifest.MaxBytes) return (null, new(1, 1, $"Larger than {BundleManifest.MaxBytes} bytes."));
        if (BundleManifest.Parse(await File.ReadAllBytesAsync(path, cancellationToken), out var problem) is not { } manifest) return (null, problem);
        foreach (var (file, hash) in staging.Hashes)
        {
            if (file == BundleManifest.FileName) continue;
            if (!manifest.Files.TryGetValue(file, out var expected)) return (null, new(0, 0, $"'{file}' is not among 'files'. Its SHA-256 is {hash}."));
            if (hash != expected) return (null, new(0, 0, $"'{file}' has the SHA-256 {hash}, and 'files' says {expected}."));
        }

        if (manifest.Files.Keys.FirstOrDefault(file => !staging.Hashes.ContainsKey(file)) is { } missing) return (null, new(0, 0, $"'{missing}' is among 'files' and not in the bundle."));
        foreach (var program in manifest.Tools.Select(tool => tool.Command[0]).Where(manifest.Files.ContainsKey)) staging.MakeExecutable(program);
        return await TakenAsync(manifest, index, cancellationToken) is { } taken ? (null, new(0, 0, taken)) : (manifest, null);
    }

    private async ValueTask<string?> TakenAsync(BundleManifest manifest, BundleIndex index, CancellationToken cancellationToken)
    {
        foreach (var other in index.Bundles.Where(other => other.Name != manifest.Name))
        {
            if (await MismatchAsync(other, cancellationToken) is not null || await ManifestAsync(other, cancellationToken) is not { } theirs) continue;
            if (manifest.Tools.FirstOrDefault(tool => theirs.Tools.Any(taken => taken.Name == tool.Name)) is { } clash) return $"The bundle '{other.Name}' has a tool named '{clash.Name}' already.";
        }

        return null;
    }

    private void Keep(BundleStaging staging, InstalledBundle bundle)
    {
        Directory.CreateDirectory(StorePath);
        var target = DirectoryOf(bundle);
        // What lies there under the same name may have been damaged since: the fresh copy takes its place.
        if (Directory.Exists(target)) Directory.Delete(target, recursive: true);
        Directory.Move(staging.Directory, target);
    }

    private async ValueTask<BundleIndex> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (new FileInfo(IndexPath) is { Exists: true, Length: > MaxIndexBytes }) throw new InvalidDataException($"{IndexPath} is larger than {MaxIndexBytes} bytes.");
            var index = JsonSerializer.Deserialize(await File.ReadAllBytesAsync(IndexPath, cancellationToken), BundleJson.Default.BundleIndex);
            if (index is not { Version: BundleIndex.CurrentVersion }) throw new InvalidDataException($"{IndexPath} was written by another version of Cadre.");
            return index.Bundles.Any(bundle => bundle.Hash.Length != 64 || !bundle.Hash.All(char.IsAsciiHexDigitLower))
                ? throw new InvalidDataException($"{IndexPath} names a bundle that the store cannot hold.")
                : index;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return new(BundleIndex.CurrentVersion, []);
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{IndexPath} is damaged: {exception.Message}", exception);
        }
    }

    private ValueTask WriteAsync(List<InstalledBundle> bundles)
    {
        bundles.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        AtomicFile.Write(IndexPath, JsonSerializer.SerializeToUtf8Bytes(new(BundleIndex.CurrentVersion, bundles), BundleJson.Default.BundleIndex));
        if (!Directory.Exists(StorePath)) return ValueTask.CompletedTask;
        foreach (var stored in Directory.EnumerateDirectories(StorePath))
        {
            if (bundles.TrueForAll(bundle => bundle.Hash != Path.GetFileName(stored))) Directory.Delete(stored, recursive: true);
        }

        return ValueTask.CompletedTask;
    }

    private ValueTask AuditAsync(string action, InstalledBundle bundle, string actor, CancellationToken cancellationToken) =>
        audit.WriteAsync(
            new(time.GetUtcNow(), AuditKinds.BundleChange, actor, null, null, new Dictionary<string, string>
            {
                ["action"] = action,
                ["bundle"] = bundle.Name,
                ["version"] = bundle.Version,
                ["hash"] = bundle.Hash,
            }),
            cancellationToken);

    private static BundleInstallation Refused(string reason) => new(null, new(0, 0, reason));

    private static string Quoted(string path) => path.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/') && char.IsAsciiLetter(path[0]) ? path : $"'{path.Replace("'", "''", StringComparison.Ordinal)}'";
}
