using System.Text;

namespace Cadre.Tools.Workspaces;

/// <summary>
/// The pattern of one path part: '*', '?', '[a-z]', '[!a]', '[[:alpha:]]' and '\' before a character that is meant as such. Matching takes
/// at most length × length steps, whatever the pattern.
/// </summary>
internal sealed class GlobSegment
{
    private readonly Token[] _tokens;

    private GlobSegment(Token[] tokens) => _tokens = tokens;

    private enum TokenKind
    {
        Literal,
        Any,
        Star,
        Class,
    }

    /// <summary>Null when the pattern is broken (a bracket or an escape without its end): it matches nothing.</summary>
    public static GlobSegment? Parse(string pattern)
    {
        var tokens = new List<Token>();
        for (var i = 0; i < pattern.Length;)
        {
            switch (pattern[i])
            {
                case '*':
                    if (tokens is not [.., { Kind: TokenKind.Star }]) tokens.Add(new(TokenKind.Star));
                    i++;
                    break;
                case '?':
                    tokens.Add(new(TokenKind.Any));
                    i++;
                    break;
                case '[':
                    if (CharacterClass.Parse(pattern, ref i) is not { } set) return null;
                    tokens.Add(new(TokenKind.Class, Set: set));
                    break;
                case '\\' when i + 1 == pattern.Length:
                    return null;
                case '\\':
                    i++;
                    goto default;
                default:
                    Rune.DecodeFromUtf16(pattern.AsSpan(i), out var rune, out var length);
                    tokens.Add(new(TokenKind.Literal, rune));
                    i += length;
                    break;
            }
        }

        return new([.. tokens]);
    }

    public bool Matches(ReadOnlySpan<char> text)
    {
        int at = 0, token = 0, starToken = -1, starAt = 0;
        while (at < text.Length)
        {
            Rune.DecodeFromUtf16(text[at..], out var rune, out var length);
            if (token < _tokens.Length && _tokens[token].Kind == TokenKind.Star)
            {
                (starToken, starAt) = (token++, at);
            }
            else if (token < _tokens.Length && _tokens[token].Accepts(rune))
            {
                at += length;
                token++;
            }
            else if (starToken >= 0)
            {
                // The last star takes one character more; earlier stars never need to be tried again.
                Rune.DecodeFromUtf16(text[starAt..], out _, out var skipped);
                at = starAt += skipped;
                token = starToken + 1;
            }
            else
            {
                return false;
            }
        }

        while (token < _tokens.Length && _tokens[token].Kind == TokenKind.Star) token++;
        return token == _tokens.Length;
    }

    private readonly record struct Token(TokenKind Kind, Rune Literal = default, CharacterClass? Set = null)
    {
        public bool Accepts(Rune rune) => Kind switch
        {
            TokenKind.Literal => rune == Literal,
            TokenKind.Any => true,
            TokenKind.Class => Set!.Contains(rune),
            TokenKind.Star => false,
        };
    }
}
