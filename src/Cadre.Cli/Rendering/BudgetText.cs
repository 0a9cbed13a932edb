using System.Globalization;
using Cadre.Cli.Terminals;
using Cadre.Engine.Budgets;

namespace Cadre.Cli.Rendering;

internal static class BudgetText
{
    public static string Of(Budget budget)
    {
        var parts = new List<string>();
        if (budget.Tokens is { } tokens) parts.Add(TerminalText.Plural(tokens, "token"));
        if (budget.Money is { } money) parts.Add("$" + money.ToString(CultureInfo.InvariantCulture));
        if (budget.Calls is { } calls) parts.Add(TerminalText.Plural(calls, "call"));
        if (budget.Wall is { } wall) parts.Add(TerminalText.Duration(wall));
        return parts.Count == 0 ? "unlimited" : string.Join(", ", parts);
    }
}
