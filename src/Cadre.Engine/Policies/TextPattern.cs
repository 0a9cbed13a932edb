using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Cadre.Engine.Policies;

/// <summary>A regular expression that takes time linear in its input (no look-around, no back-references).</summary>
public sealed class TextPattern
{
    public const int MaxLength = 1_000;

    /// <summary>Longer text is not searched: an allow rule does not match it, an ask or deny rule does.</summary>
    public const int MaxInput = 1 << 20;

    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    private readonly Regex _whole;
    private readonly Regex _anywhere;

    private TextPattern(string text)
    {
        Text = text;
        _anywhere = new(text, Options);
        _whole = new($@"\A(?:{text})\z", Options);
    }

    public string Text { get; }

    /// <param name="surely">The whole value must match; otherwise any part of it.</param>
    internal bool Matches(string value, bool surely) =>
        value.Length > MaxInput ? !surely : surely ? _whole.IsMatch(value) : _anywhere.IsMatch(value);

    public static bool TryParse(string text, [NotNullWhen(true)] out TextPattern? pattern, [NotNullWhen(false)] out string? error)
    {
        pattern = null;
        error = text.Length switch
        {
            0 => "a pattern must not be empty",
            > MaxLength => $"a pattern has at most {MaxLength} characters",
            _ => null,
        };
        if (error is not null) return false;

        try
        {
            pattern = new(text);
            return true;
        }
        catch (RegexParseException flaw)
        {
            error = $"not a regular expression: {flaw.Error} at character {flaw.Offset}";
        }
        catch (NotSupportedException)
        {
            error = "look-around, back-references and atomic groups are not supported: they cannot be matched in bounded time";
        }

        return false;
    }

    public override string ToString() => Text;
}
