using Cadre.Tools.Mcp;

namespace Cadre.Tools.Bundles;

/// <summary>Names of files inside a bundle: relative, with '/', visible, and the same file on every system.</summary>
internal static class BundlePath
{
    public const int MaxLength = 200;
    public const int MaxDepth = 12;

    /// <summary>Null for a good name, otherwise what is wrong with it.</summary>
    public static string? Mistake(string path)
    {
        var shown = PlainText.OneLine(path, 80);
        if (path.Length is 0 or > MaxLength) return $"The name '{shown}' has {path.Length} characters (1 to {MaxLength} are allowed).";
        if (path[0] == '/' || (path.Length > 1 && path[1] == ':')) return $"'{shown}' is an absolute name.";
        if (path.Contains('\\', StringComparison.Ordinal)) return $"'{shown}' holds a backslash.";
        if (PlainText.Hidden(path).Count > 0 || path.Contains('\n', StringComparison.Ordinal) || path.Contains('\t', StringComparison.Ordinal)) return $"'{shown}' holds characters that are not visible.";
        var parts = path.Split('/');
        if (parts.Length > MaxDepth) return $"'{shown}' is deeper than {MaxDepth} directories.";
        return parts.Any(part => part is "" or "." or "..") ? $"'{shown}' would leave the bundle or is not in its simplest form." : null;
    }
}
