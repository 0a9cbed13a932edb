using Cadre.Engine.Models;

namespace Cadre.Engine.Budgets;

/// <summary>What was spent, children included.</summary>
/// <param name="Money">US dollars of the turns that have a price.</param>
/// <param name="UnpricedTurns">Turns whose model has no price: their money is not in <paramref name="Money"/>.</param>
public sealed record Spending(Usage Tokens, decimal Money, int UnpricedTurns, int Turns, int Calls, TimeSpan Active)
{
    public static Spending None { get; } = new(default, 0, 0, 0, 0, TimeSpan.Zero);

    public static Spending operator +(Spending a, Spending b) =>
        new(a.Tokens + b.Tokens, a.Money + b.Money, a.UnpricedTurns + b.UnpricedTurns, a.Turns + b.Turns, a.Calls + b.Calls, a.Active + b.Active);
}
