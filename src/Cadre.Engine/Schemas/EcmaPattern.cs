using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Cadre.Engine.Schemas;

/// <summary>
/// A regular expression of ECMA-262 in time that is bounded: linear where it can be matched without backtracking, cut off after
/// <see cref="Patience"/> where it cannot (look-around, back-references).
/// </summary>
internal sealed class EcmaPattern
{
    private const int MaxLength = 4_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    private readonly Regex _regex;

    private EcmaPattern(string text, Regex regex) => (Text, _regex) = (text, regex);

    public string Text { get; }

    /// <summary>Null when that could not be found out in time.</summary>
    public bool? Matches(string value)
    {
        try
        {
            return _regex.IsMatch(value);
        }
        catch (RegexMatchTimeoutException)
        {
            return null;
        }
    }

    public static bool TryParse(string text, [NotNullWhen(true)] out EcmaPattern? pattern, [NotNullWhen(false)] out string? error)
    {
        pattern = null;
        error = text.Length > MaxLength ? $"a pattern has at most {MaxLength} characters" : null;
        if (error is not null) return false;

        try
        {
            pattern = new(text, Compile(Translate(text)));
            return true;
        }
        catch (RegexParseException flaw)
        {
            error = $"{flaw.Error} at character {flaw.Offset}";
            return false;
        }
    }

    public override string ToString() => Text;

    private static Regex Compile(string text)
    {
        try
        {
            return new(text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Patience);
        }
        catch (NotSupportedException)
        {
            return new(text, RegexOptions.CultureInvariant, Patience);
        }
    }

    /// <summary>Where .NET reads the same text differently: \d, \w and \s are wider, '$' also matches before a final line feed, \u{…} is unknown.</summary>
    private static string Translate(string text)
    {
        var result = new StringBuilder(text.Length + 16);
        var inClass = false;
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\\' when i + 1 < text.Length:
                    i = Escape(text, i + 1, inClass, result);
                    break;
                case '[' when !inClass:
                    inClass = true;
                    i = OpenClass(text, i, result, ref inClass);
                    break;
                case '[':
                    result.Append(@"\[");
                    break;
                case ']':
                    inClass = false;
                    result.Append(']');
                    break;
                case '$' when !inClass:
                    result.Append(@"\z");
                    break;
                default:
                    result.Append(text[i]);
                    break;
            }
        }

        return result.ToString();
    }

    /// <summary>"[]" matches nothing and "[^]" anything; in .NET the bracket would be the first member.</summary>
    private static int OpenClass(string text, int at, StringBuilder result, ref bool inClass)
    {
        var rest = text.AsSpan(at);
        if (rest.StartsWith("[]") || rest.StartsWith("[^]"))
        {
            inClass = false;
            result.Append(rest[1] == ']' ? @"[^\s\S]" : @"[\s\S]");
            return at + (rest[1] == ']' ? 1 : 2);
        }

        result.Append('[');
        return at;
    }

    private static int Escape(string text, int at, bool inClass, StringBuilder result)
    {
        var braced = text[at] == 'u' && at + 1 < text.Length && text[at + 1] == '{' ? text.IndexOf('}', at) : -1;
        if (braced > 0 && int.TryParse(text.AsSpan(at + 2, braced - at - 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var code)
            && Rune.IsValid(code))
        {
            result.Append(Regex.Escape(new Rune(code).ToString()));
            return braced;
        }

        result.Append((text[at], inClass) switch
        {
            ('d', true) => "0-9",
            ('d', false) => "[0-9]",
            ('D', false) => "[^0-9]",
            ('w', true) => "A-Za-z0-9_",
            ('w', false) => "[A-Za-z0-9_]",
            ('W', false) => "[^A-Za-z0-9_]",
            ('/', _) => "/",
            ('-', _) => @"\-",
            _ => @"\" + text[at],
        });
        return at;
    }
}
