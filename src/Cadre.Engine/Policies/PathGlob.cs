using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Cadre.Engine.Policies;

/// <summary>
/// Paths of the workspace: '*' and '?' stay within one part, "**" is any number of parts, also none ("src/**" matches "src" itself, "**/x" a top-level "x").
/// </summary>
public sealed class PathGlob
{
    private readonly ImmutableArray<string> _parts;

    private PathGlob(string text, ImmutableArray<string> parts) => (Text, _parts) = (text, parts);

    public string Text { get; }

    public static bool TryParse(string text, [NotNullWhen(true)] out PathGlob? glob, [NotNullWhen(false)] out string? error)
    {
        ImmutableArray<string> parts = [.. text.Split('/')];
        error = Glob.Flaw(text) ?? (text[0] == '/' ? "paths are relative to the workspace: no leading '/'" : null)
            ?? parts.Select(Flaw).FirstOrDefault(flaw => flaw is not null);
        glob = error is null ? new(text, parts) : null;
        return error is null;
    }

    public override string ToString() => Text;

    /// <param name="parts">Of a normalised path; none for the workspace itself.</param>
    internal bool Matches(ReadOnlySpan<string> parts, bool ignoreCase)
    {
        var pattern = _parts.AsSpan();
        int p = 0, v = 0, star = -1, mark = 0;
        while (v < parts.Length)
        {
            if (p < pattern.Length && pattern[p] == "**")
            {
                star = p++;
                mark = v;
            }
            else if (p < pattern.Length && Glob.Wildcard(pattern[p], parts[v], ignoreCase))
            {
                p++;
                v++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                v = ++mark;
            }
            else
            {
                return false;
            }
        }

        while (p < pattern.Length && pattern[p] == "**") p++;
        return p == pattern.Length;
    }

    /// <summary>Whether the directory holds a place that this glob names outright, so that deleting the one takes the other with it.</summary>
    internal bool LiesBelow(ReadOnlySpan<string> directory, bool ignoreCase)
    {
        var comparison = ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        var literal = _parts.TakeWhile(part => part.AsSpan().IndexOfAny('*', '?') < 0).ToArray();
        if (directory.Length >= literal.Length) return false;
        for (var i = 0; i < directory.Length; i++)
        {
            if (!directory[i].Equals(literal[i], comparison)) return false;
        }

        return true;
    }

    private static string? Flaw(string part) => part switch
    {
        "" => "a path glob must not have an empty part ('//' or a '/' at the end); 'dir/**' is the directory and all below it",
        "." or ".." => "a path glob must not contain '.' or '..'",
        "**" => null,
        _ when part.Contains("**", StringComparison.Ordinal) => "'**' must stand alone between slashes",
        _ => null,
    };
}
