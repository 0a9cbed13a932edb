using System.Globalization;

namespace Cadre.Guard.Audit;

/// <summary>The audit log's places in a state directory.</summary>
internal sealed record AuditPaths(string StateDirectory, string KeyFile)
{
    private const string Suffix = ".jsonl";

    public string Folder => Path.Combine(StateDirectory, "audit");
    public string Head => Path.Combine(StateDirectory, "audit.head");
    public string Lock => Path.Combine(StateDirectory, "audit.lock");

    public static AuditPaths Of(string stateDirectory, string? keyFile)
    {
        var state = Path.GetFullPath(stateDirectory);
        keyFile ??= Environment.GetEnvironmentVariable(AuditOptions.KeyFileVariable) is { Length: > 0 } named ? named : Path.Combine(state, "audit.key");
        return new(state, Path.GetFullPath(keyFile));
    }

    /// <summary>Names sort as their entries do.</summary>
    public static string FileName(long firstEntry, DateOnly day) => $"audit-{firstEntry:D12}-{day:yyyy-MM-dd}{Suffix}";

    /// <summary>Number of the first entry of a file; -1 when its name is no file's of the log.</summary>
    public static long FirstEntry(string path) => Path.GetFileName(path).Split('-') is [_, var first, ..] && long.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;

    /// <summary>The day that a file's entries were written on; null when its name does not say.</summary>
    public static DateOnly? Day(string path) => DateOnly.TryParseExact(Path.GetFileNameWithoutExtension(path)[^10..], "yyyy-MM-dd", out var day) ? day : null;

    /// <summary>The log's files by name, in the order of their entries.</summary>
    public string[] Files()
    {
        if (!Directory.Exists(Folder)) return [];
        var files = Directory.GetFiles(Folder, "audit-*" + Suffix);
        Array.Sort(files, StringComparer.Ordinal);
        return files;
    }
}
