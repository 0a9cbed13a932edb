using System.Diagnostics.CodeAnalysis;

namespace Cadre.Engine.Policies;

/// <summary>A name with '*' (any characters) and '?' (one character). Nothing else is special; "[", "{" and "\" are refused.</summary>
public sealed class Glob
{
    public const int MaxLength = 500;

    private Glob(string text) => Text = text;

    public string Text { get; }

    public bool Matches(ReadOnlySpan<char> value) => Wildcard(Text, value, ignoreCase: false);

    public static bool TryParse(string text, [NotNullWhen(true)] out Glob? glob, [NotNullWhen(false)] out string? error)
    {
        error = Flaw(text);
        glob = error is null ? new(text) : null;
        return error is null;
    }

    public override string ToString() => Text;

    /// <summary>Why the text is no glob of any kind, or null.</summary>
    internal static string? Flaw(string text) => text switch
    {
        "" => "a glob must not be empty",
        { Length: > MaxLength } => $"a glob has at most {MaxLength} characters",
        _ when text.AsSpan().IndexOfAny("[]{}\\") is var at and >= 0 => $"'{text[at]}' has no meaning in a glob: use '*', '?' or several globs",
        _ when text.Any(char.IsControl) => "a glob must not contain control characters",
        _ => null,
    };

    /// <summary>Time is bounded by the product of the lengths: only the last '*' is ever retried.</summary>
    internal static bool Wildcard(ReadOnlySpan<char> pattern, ReadOnlySpan<char> value, bool ignoreCase)
    {
        int p = 0, v = 0, star = -1, mark = 0;
        while (v < value.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                mark = v;
            }
            else if (p < pattern.Length && (pattern[p] == '?' || Same(pattern[p], value[v], ignoreCase)))
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

        return pattern[p..].TrimStart('*').IsEmpty;
    }

    private static bool Same(char a, char b, bool ignoreCase) =>
        a == b || (ignoreCase && char.ToUpperInvariant(a) == char.ToUpperInvariant(b));
}
