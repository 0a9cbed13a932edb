using System.Collections.Immutable;
using Cadre.Guard.Policies.Files;

namespace Cadre.Guard.Policies;

/// <summary>The policy of the first run, in force where no folder is.</summary>
public static class DefaultPolicy
{
    internal static ImmutableArray<(string Name, byte[] Bytes)> Files { get; } =
        [.. new[] { ToolsFile.Name, NetworkFile.Name, PathsFile.Name }.Select(name => (name, Resource(name)))];

    /// <summary>Writes the files that are not there yet; those that are stay as they are.</summary>
    /// <returns>The paths written.</returns>
    public static IReadOnlyList<string> Write(string folder)
    {
        List<string> written = [];
        Directory.CreateDirectory(folder);
        foreach (var (name, bytes) in Files)
        {
            var path = Path.Combine(folder, name);
            if (File.Exists(path)) continue;
            File.WriteAllBytes(path, bytes);
            written.Add(path);
        }

        return written;
    }

    private static byte[] Resource(string name)
    {
        using var stream = typeof(DefaultPolicy).Assembly.GetManifestResourceStream("Cadre.Guard.Policies.Default." + name)
            ?? throw new InvalidOperationException($"The default policy {name} is not built in.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
