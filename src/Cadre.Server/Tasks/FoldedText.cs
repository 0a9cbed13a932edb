namespace Cadre.Server.Tasks;

/// <summary>Text without the difference between upper and lower case, for all of Unicode: SQLite's own comparison knows that of ASCII only.</summary>
internal static class FoldedText
{
    /// <summary>By way of the upper case, where letters meet that have more than one lower case (σ and ς, s and ſ). Accents stay.</summary>
    public static string Of(string text) => text.ToUpperInvariant().ToLowerInvariant();
}
