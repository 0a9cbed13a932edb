using System.Runtime.CompilerServices;

namespace Cadre.Shape.Tests;

/// <summary>The repository's own text.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>Tracked kinds of source below a folder, without what the build makes.</summary>
    public static IEnumerable<SourceFile> Sources(string below) => Directory
        .EnumerateFiles(Path.Combine(Root, below), "*.cs", SearchOption.AllDirectories)
        .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal))
        .Select(path => new SourceFile(Path.GetRelativePath(Root, path), File.ReadAllLines(path)));

    private static string Find([CallerFilePath] string here = "")
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Cadre.slnx"))) return folder.FullName;
        }

        return Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../.."));
    }
}

internal sealed record SourceFile(string Path, string[] Lines)
{
    public string Text => string.Join('\n', Lines);

    /// <summary>Lines that are code, by number from 1; comments are left out.</summary>
    public IEnumerable<(int Number, string Code)> Code => Lines
        .Select((line, index) => (Number: index + 1, Code: line.TrimStart()))
        .Where(line => !line.Code.StartsWith("//", StringComparison.Ordinal));
}
