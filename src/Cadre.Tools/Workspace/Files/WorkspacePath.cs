using System.Globalization;
using System.Text;

namespace Cadre.Tools.Workspaces;

/// <summary>
/// A path as a model wrote it, brought into one form by its text alone. The policy judges <see cref="Text"/> and files are opened by
/// <see cref="Text"/>: there is no second reading of it.
/// </summary>
/// <param name="Text">Relative, '/' between the parts, no "." or ".." inside; "." is the workspace; begins with "../" or "/" when it leaves.</param>
/// <param name="Refusal">Why it cannot name anything in the workspace; null when it can.</param>
internal sealed record WorkspacePath(string Text, FileProblem? Refusal)
{
    public const int MaxBytes = 3_000;
    public const int MaxPartBytes = 255;
    public const int MaxParts = 128;

    public static WorkspacePath Here { get; } = new(".", null);

    public bool IsRoot => Text == ".";

    public string Name => Text[(Text.LastIndexOf('/') + 1)..];

    public string Parent => Text.LastIndexOf('/') is var slash and > 0 ? Text[..slash] : ".";

    /// <param name="roots">Absolute names of the workspace: a path below one of them is made relative.</param>
    public static WorkspacePath Parse(string raw, params ReadOnlySpan<string> roots)
    {
        if (Malformed(raw) is { } malformed) return new("../" + Printable(raw), malformed);

        var (relative, absolute) = Relative(raw, roots);
        var parts = new List<string>();
        var above = 0;
        foreach (var part in relative.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".") continue;
            if (part != "..") parts.Add(part);
            else if (parts.Count > 0) parts.RemoveAt(parts.Count - 1);
            else if (!absolute) above++;
        }

        var text = string.Join('/', parts);
        if (absolute) return new("/" + text, Outside(raw));
        if (above > 0) return new(string.Concat(Enumerable.Repeat("../", above)) + text, Outside(raw));
        if (parts.Count > MaxParts) return new(text, new(FileProblemKind.BadPath, $"The path has more than {MaxParts} parts."));
        if (parts.Find(part => Encoding.UTF8.GetByteCount(part) > MaxPartBytes) is { } part1)
            return new(text, new(FileProblemKind.BadPath, $"The name '{part1[..20]}…' is longer than {MaxPartBytes} bytes."));
        return parts.Count == 0 ? Here : new(text, null);
    }

    public static WorkspacePath Below(string directory, string name) => Parse(directory == "." ? name : directory + "/" + name);

    private static (string Path, bool Absolute) Relative(string raw, ReadOnlySpan<string> roots)
    {
        if (!raw.StartsWith('/')) return (raw, false);
        foreach (var root in roots)
        {
            var prefix = root.TrimEnd('/');
            if (raw.StartsWith(prefix, StringComparison.Ordinal) && (raw.Length == prefix.Length || raw[prefix.Length] == '/'))
                return (raw[prefix.Length..].TrimStart('/'), false);
        }

        return (raw, true);
    }

    private static FileProblem? Malformed(string raw)
    {
        if (raw.Length > MaxBytes || Encoding.UTF8.GetByteCount(raw) > MaxBytes)
            return new(FileProblemKind.BadPath, $"The path is longer than {MaxBytes} bytes.");
        for (var i = 0; i < raw.Length; i++)
        {
            if (char.IsControl(raw[i])) return new(FileProblemKind.BadPath, "The path has a control character in it.");
            if (!char.IsSurrogate(raw[i])) continue;
            if (i + 1 < raw.Length && char.IsSurrogatePair(raw[i], raw[i + 1])) i++;
            else return new(FileProblemKind.BadPath, "The path is not valid Unicode.");
        }

        return null;
    }

    private static FileProblem Outside(string raw) =>
        new(FileProblemKind.Outside, $"'{raw}' is outside the workspace. Use a path relative to the workspace, such as 'src/main.c' or '.'.");

    private static string Printable(string raw)
    {
        var text = new StringBuilder();
        foreach (var c in raw.AsSpan(0, Math.Min(raw.Length, 200)))
        {
            if (char.IsControl(c) || char.IsSurrogate(c)) text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else text.Append(c);
        }

        return text.ToString();
    }
}
