using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Cadre.Engine.Policies;
using Cadre.Guard.Policies.Files;
using Cadre.Guard.Policies.Yaml;

namespace Cadre.Guard.Policies;

/// <summary>The three files of a policy as bytes, and what they mean. Reading finds every error of every file.</summary>
internal sealed class PolicyBundle
{
    private static readonly ImmutableArray<string> Names = [ToolsFile.Name, NetworkFile.Name, PathsFile.Name];

    private readonly ImmutableArray<(string File, byte[] Bytes)> _files;
    private readonly ImmutableArray<PolicyError> _missing;

    private PolicyBundle(ImmutableArray<(string File, byte[] Bytes)> files, ImmutableArray<PolicyError> missing) => (_files, _missing) = (files, missing);

    /// <summary>A folder that does not exist means the default policy; one that exists must have all three files and no other YAML.</summary>
    public static PolicyBundle Open(string? folder)
    {
        if (folder is null || !Directory.Exists(folder)) return new([.. DefaultPolicy.Files.Select(file => (file.Name, file.Bytes))], []);

        var files = ImmutableArray.CreateBuilder<(string, byte[])>();
        var missing = ImmutableArray.CreateBuilder<PolicyError>();
        foreach (var name in Names)
        {
            try
            {
                files.Add((name, ReadBounded(Path.Combine(folder, name))));
            }
            catch (FileNotFoundException)
            {
                missing.Add(new(Shown(name), 0, 0, "the file is missing; a policy has all three files ('cadre policies init' writes those that are not there)"));
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                missing.Add(new(Shown(name), 0, 0, $"the file cannot be read: {failure.Message}"));
            }
        }

        var strangers = Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path))
            .Where(name => Path.GetExtension(name).ToLowerInvariant() is ".yaml" or ".yml" && !Names.Contains(name));
        foreach (var stranger in strangers.Order(StringComparer.Ordinal).Take(YamlErrors.Max))
            missing.Add(new(Shown(stranger), 0, 0, $"no policy file has this name; there are {string.Join(", ", Names)}"));
        return new(files.ToImmutable(), missing.ToImmutable());
    }

    /// <returns>The rules, or null and the errors in the order of the files.</returns>
    public PolicyRules? Read(bool allowNet, out IReadOnlyList<PolicyError> errors)
    {
        List<PolicyError> found = [.. _missing];
        var rules = new PolicyRules { AllowNet = allowNet, Hash = Hash(allowNet) };
        foreach (var (name, bytes) in _files)
        {
            var own = new YamlErrors(Shown(name));
            if (YamlFile.Read(bytes, own) is { } map)
            {
                rules = name switch
                {
                    ToolsFile.Name => ToolsFile.Read(map, own, rules),
                    NetworkFile.Name => NetworkFile.Read(map, own, rules),
                    _ => PathsFile.Read(map, own, rules),
                };
            }

            found.AddRange(own.Found.OrderBy(error => error.Line).ThenBy(error => error.Column));
        }

        errors = found;
        return found.Count == 0 ? rules : null;
    }

    /// <summary>Over each file's name, length and bytes, and the network switch: two policies with one hash judge alike.</summary>
    private string Hash(bool allowNet)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"cadre policy {PolicyFormat.Version}\nallow_net {(allowNet ? "on" : "off")}\n"));
        foreach (var (name, bytes) in _files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{name} {bytes.Length}\n"));
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static byte[] ReadBounded(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            var buffer = new byte[YamlFile.MaxBytes + 1];
            return buffer[..file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)];
        }
        catch (DirectoryNotFoundException failure)
        {
            throw new FileNotFoundException(failure.Message, path, failure);
        }
    }

    private static string Shown(string name) => "policies/" + name;
}
