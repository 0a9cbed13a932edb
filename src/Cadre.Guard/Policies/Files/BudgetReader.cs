using System.Globalization;
using System.Text.RegularExpressions;
using Cadre.Engine.Budgets;
using Cadre.Guard.Policies.Yaml;

namespace Cadre.Guard.Policies.Files;

/// <summary>"budget": what a run may spend. A key that is not there, or "none", is no limit.</summary>
internal static partial class BudgetReader
{
    private static readonly TimeSpan MaxWall = TimeSpan.FromDays(365);

    public static Budget Read(MapReader file)
    {
        if (file.Map("budget") is not { } map) return Budget.Unlimited;
        var budget = new MapReader(map, "'budget'", file.Errors, "tokens", "money", "calls", "wall");
        return new(
            Limit(budget, "tokens", Whole, "a whole number above 0, such as 2_000_000"),
            Limit(budget, "money", Dollars, "US dollars above 0, such as 2.50"),
            Limit(budget, "calls", Calls, "a whole number above 0, such as 500"),
            Limit(budget, "wall", Duration, "a time such as 90s, 15m or 1h30m, at most a year"));
    }

    private static T? Limit<T>(MapReader budget, string key, Func<string, T?> parse, string expected)
        where T : struct
    {
        if (budget.Text(key) is not { } text || text.Value == "none") return null;
        if (parse(text.Value) is { } limit) return limit;
        budget.Errors.Add(text, $"'{key}' must be {expected}, or none; it is '{text.Value}'");
        return null;
    }

    private static long? Whole(string text) =>
        Digits().IsMatch(text) && long.TryParse(text.Replace("_", "", StringComparison.Ordinal), NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0 ? value : null;

    private static int? Calls(string text) => Whole(text) is { } calls and <= int.MaxValue ? (int)calls : null;

    private static decimal? Dollars(string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value > 0 ? value : null;

    private static TimeSpan? Duration(string text)
    {
        if (Time().Match(text) is not { Success: true } match) return null;
        var time = Part("h") * TimeSpan.FromHours(1) + Part("m") * TimeSpan.FromMinutes(1) + Part("s") * TimeSpan.FromSeconds(1);
        return time > TimeSpan.Zero && time <= MaxWall ? time : null;

        int Part(string name) => match.Groups[name] is { Success: true } group ? int.Parse(group.ValueSpan, CultureInfo.InvariantCulture) : 0;
    }

    [GeneratedRegex(@"\A[0-9]+(_[0-9]+)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Digits();

    [GeneratedRegex(@"\A(?=.)((?<h>[0-9]{1,6})h)?((?<m>[0-9]{1,6})m)?((?<s>[0-9]{1,6})s)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Time();
}
