using System.Globalization;
using Cadre.Cli.Terminals;
using Cadre.Engine.Budgets;

namespace Cadre.Cli.Rendering;

internal static class SpendingText
{
    /// <summary><c>12 calls · 4,321 tokens · $0.0123</c>; says "unpriced" rather than nothing.</summary>
    public static string Of(Spending spent) =>
        $"{TerminalText.Plural(spent.Calls, "call")} · {TerminalText.Plural(spent.Tokens.Total, "token")} · {Cost(spent)}";

    public static string Cost(Spending spent)
    {
        var money = "$" + spent.Money.ToString(spent.Money is > 0 and < 0.01m ? "0.000000" : "0.00", CultureInfo.InvariantCulture);
        if (spent.UnpricedTurns == 0) return money;
        return spent.UnpricedTurns == spent.Turns || spent.Money == 0 ? "unpriced" : $"{money} + {TerminalText.Plural(spent.UnpricedTurns, "unpriced turn")}";
    }
}
