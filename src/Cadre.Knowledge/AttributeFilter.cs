using System.Text.Json;

namespace Cadre.Knowledge;

/// <summary>
/// Which files a search looks at. A comparison is true for values of the same JSON kind only; <c>ne</c> and <c>nin</c> are the opposites of <c>eq</c>
/// and <c>in</c>, so they are true for a file that lacks the attribute. Strings are ordered by code point; booleans are only equal or not.
/// </summary>
public abstract record AttributeFilter
{
    public const int MaxDepth = 8;
    public const int MaxComparisons = 128;
    public const int MaxListedValues = 256;

    private AttributeFilter() { }

    /// <param name="Value">A string, number or boolean; for <c>in</c> and <c>nin</c> an array of them.</param>
    public sealed record Compare(string Key, Comparison Operator, JsonElement Value) : AttributeFilter;

    /// <summary>True when there are none.</summary>
    public sealed record And(IReadOnlyList<AttributeFilter> Filters) : AttributeFilter;

    /// <summary>False when there are none.</summary>
    public sealed record Or(IReadOnlyList<AttributeFilter> Filters) : AttributeFilter;

    /// <summary>Reads OpenAI's shape: a ComparisonFilter or a CompoundFilter.</summary>
    /// <param name="path">Where the filter stands in the request, such as "filters"; what is wrong is named from there.</param>
    public static bool TryParse(JsonElement json, string path, out AttributeFilter? filter, out FilterFault? fault)
    {
        var parser = new FilterParser();
        filter = parser.Parse(json, path, depth: 1);
        fault = parser.Fault;
        return fault is null;
    }
}

public enum Comparison
{
    Eq,
    Ne,
    Gt,
    Gte,
    Lt,
    Lte,
    In,
    Nin,
}

/// <param name="Path">Such as "filters.filters[0].value".</param>
/// <param name="Message">A sentence.</param>
public sealed record FilterFault(string Path, string Message);
