using System.Globalization;

namespace Cadre.Knowledge.Index;

/// <summary>A person's or a model's text as a query of the full-text index: its words only, each quoted, so that no text can be wrong or mean more.</summary>
/// <param name="Terms">Expressions of the full-text index.</param>
internal sealed record WordQuery(IReadOnlyList<string> Terms)
{
    /// <summary>Distinct words that are looked for; the first of them.</summary>
    public const int MaxTerms = 32;

    private const int MaxTermCharacters = 64;

    // What stands in nearly every English text tells nothing, and costs the most.
    private static readonly HashSet<string> Common =
    [
        "a", "an", "and", "are", "as", "at", "be", "by", "can", "did", "do", "does", "for", "from", "had", "has", "have", "how", "i", "if", "in", "into", "is", "it", "its", "me",
        "my", "no", "not", "of", "on", "or", "our", "should", "so", "such", "that", "the", "their", "then", "there", "these", "they", "this", "to", "was", "we", "were", "what",
        "when", "where", "which", "who", "why", "will", "with", "would", "you", "your",
    ];

    public bool IsEmpty => Terms.Count == 0;

    public static WordQuery Of(string text, int maxCharacters)
    {
        var words = Words(IndexText.Of(text.Length > maxCharacters ? text[..maxCharacters] : text));
        var telling = words.Where(word => !Common.Contains(word)).ToList();
        return new WordQuery([.. (telling.Count > 0 ? telling : words).Take(MaxTerms).Select(Quote)]);
    }

    private static List<string> Words(string text)
    {
        var words = new List<string>();
        var seen = new HashSet<string>();
        for (var i = 0; i < text.Length;)
        {
            if (!IsWordCharacter(text, i))
            {
                i++;
                continue;
            }

            var start = i;
            while (i < text.Length && IsWordCharacter(text, i)) i++;
            var word = text[start..Math.Min(i, start + MaxTermCharacters)].ToLowerInvariant();
            if (seen.Add(word)) words.Add(word);
        }

        return words;
    }

    // A single character of a script that is indexed in pairs is the beginning of some of them.
    private static string Quote(string word) => word.Length == 1 && IndexText.IsUnspaced(word[0]) ? $"\"{word}\"*" : $"\"{word}\"";

    private static bool IsWordCharacter(string text, int at)
    {
        if (char.IsLowSurrogate(text[at]) && at > 0 && char.IsHighSurrogate(text[at - 1])) at--;
        return char.IsLetterOrDigit(text, at) || char.GetUnicodeCategory(text, at) is UnicodeCategory.NonSpacingMark;
    }
}
