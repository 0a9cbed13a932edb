using System.Text;

namespace Cadre.Tools.Workspaces;

/// <summary>
/// What file tools never write, whatever a policy says: version control data at any depth (its hooks and configuration are programs), and
/// the paths the installation names (policies, the state folder).
/// </summary>
internal sealed class ProtectedPaths
{
    private static readonly string[] VersionControl = [".git", ".hg", ".svn", "git~1"];

    private readonly string[] _configured;

    /// <param name="configured">Relative to the workspace.</param>
    public ProtectedPaths(IEnumerable<string> configured) =>
        _configured = [.. configured.Select(path => WorkspacePath.Parse(path)).Where(path => path.Refusal is null && !path.IsRoot).Select(path => path.Text)];

    /// <summary>For the sandbox: they stay read-only whether they exist or not.</summary>
    public IReadOnlyList<string> Configured => _configured;

    /// <param name="path">Normalised.</param>
    public FileProblem? Refuse(string path)
    {
        foreach (var part in path.Split('/'))
        {
            if (IsVersionControl(part))
                return new(FileProblemKind.Protected, $"'{path}' belongs to version control ('{part}'), which no tool changes.");
        }

        foreach (var configured in _configured)
        {
            if (IsAtOrBelow(path, configured))
                return new(FileProblemKind.Protected, $"'{path}' is protected: '{configured}' is not changed by tools.");
        }

        return null;
    }

    /// <summary>
    /// Also the spellings that some file systems take for the same name: other case, dots and spaces at the end, the short name, invisible
    /// characters inside, an alternate stream.
    /// </summary>
    public static bool IsVersionControl(string part)
    {
        var folded = new StringBuilder(part.Length);
        foreach (var rune in part.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.Format) continue;
            folded.Append(Rune.ToLowerInvariant(rune).ToString());
        }

        var name = folded.ToString();
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        name = (colon >= 0 ? name[..colon] : name).TrimEnd(' ', '.');
        return VersionControl.Contains(name, StringComparer.Ordinal);
    }

    private static bool IsAtOrBelow(string path, string ancestor) =>
        path.StartsWith(ancestor, StringComparison.OrdinalIgnoreCase) && (path.Length == ancestor.Length || path[ancestor.Length] == '/');
}
