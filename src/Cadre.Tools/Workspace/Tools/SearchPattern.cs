using System.Text.RegularExpressions;

namespace Cadre.Tools.Workspaces;

/// <summary>
/// A regular expression from a model. It is matched without backtracking, in time linear in the text; one that needs look-around or
/// back-references is matched with a limit of time on each line.
/// </summary>
internal static partial class SearchPattern
{
    public const int MaxLength = 1_000;

    /// <summary>What the numbers of all '{n,m}' in a pattern may multiply to: the automaton grows with it.</summary>
    public const long MaxRepetition = 10_000;

    private static readonly TimeSpan LineTime = TimeSpan.FromMilliseconds(100);

    public static Regex? Parse(string pattern, bool ignoreCase, out string problem)
    {
        problem = "";
        if (pattern.Length is 0 or > MaxLength)
        {
            problem = $"A pattern has 1 to {MaxLength} characters.";
            return null;
        }

        if (Repetition(pattern) > MaxRepetition)
        {
            problem = "The repetition counts in the pattern are too large; use '*' or '+'.";
            return null;
        }

        var options = RegexOptions.CultureInvariant | (ignoreCase ? RegexOptions.IgnoreCase : RegexOptions.None);
        try
        {
            return new(pattern, options | RegexOptions.NonBacktracking, LineTime);
        }
        catch (NotSupportedException)
        {
            return new(pattern, options, LineTime);
        }
        catch (RegexParseException broken)
        {
            problem = $"'{pattern}' is not a valid regular expression ({broken.Error} at {broken.Offset}). Escape special characters with '\\' to search for them.";
            return null;
        }
    }

    private static long Repetition(string pattern)
    {
        var product = 1L;
        foreach (Match count in Counts().Matches(pattern))
        {
            var largest = count.Value.Trim('{', '}').Split(',').Where(part => part.Length > 0).Max(part => part.Length > 6 ? MaxRepetition + 1 : long.Parse(part, System.Globalization.CultureInfo.InvariantCulture));
            product = Math.Min(product * Math.Max(1, largest), MaxRepetition + 1);
        }

        return product;
    }

    [GeneratedRegex(@"\{\d+(,\d*)?\}", RegexOptions.NonBacktracking)]
    private static partial Regex Counts();
}
