using Cadre.Engine.Runs;

namespace Cadre.Engine.Budgets;

/// <summary>
/// A budget covers a tree of runs without shared state: a parent reserves an allotment for each child out of what it has left, in its own journal,
/// before the child starts, and settles what was really spent when the child has finished. Allotments of branches that run side by side never
/// add up to more than the parent had, so they cannot overshoot together.
/// </summary>
public static class Allotments
{
    public static Budget Remaining(RunState state)
    {
        var (budget, spent) = (state.Budget, state.Spent);
        var reserved = state.Children;
        return new(
            budget.Tokens - spent.Tokens.Total - reserved.Sum(child => child.Allotment.Tokens ?? 0),
            budget.Money - spent.Money - reserved.Sum(child => child.Allotment.Money ?? 0),
            budget.Calls - spent.Calls - reserved.Sum(child => child.Allotment.Calls ?? 0),
            budget.Wall - spent.Active,
            budget.InputTokens - spent.Tokens.Input - reserved.Sum(child => child.Allotment.InputTokens ?? 0),
            budget.OutputTokens - spent.Tokens.Output - reserved.Sum(child => child.Allotment.OutputTokens ?? 0));
    }

    /// <summary>One of <paramref name="parts"/> equal parts. Time is not divided: branches run at the same time.</summary>
    public static Budget Part(Budget remaining, int parts) => new(
        remaining.Tokens / parts,
        remaining.Money / parts,
        remaining.Calls is { } calls ? Math.Max(calls / parts, Math.Min(1, calls)) : null,
        remaining.Wall,
        remaining.InputTokens / parts,
        remaining.OutputTokens / parts);

    /// <summary>The part that is spent and its name, or null. Calls are not asked here: a run without calls left can still answer.</summary>
    public static (OutcomeLimit Limit, string Name)? Spent(Budget remaining) => remaining switch
    {
        { Tokens: <= 0 } => (OutcomeLimit.Tokens, "tokens"),
        { InputTokens: <= 0 } => (OutcomeLimit.InputTokens, "input tokens"),
        { OutputTokens: <= 0 } => (OutcomeLimit.OutputTokens, "output tokens"),
        { Money: <= 0 } => (OutcomeLimit.Money, "money"),
        { Wall: { } wall } when wall <= TimeSpan.Zero => (OutcomeLimit.Wall, "wall time"),
        _ => null,
    };

    /// <summary>The stricter of two budgets, part by part.</summary>
    public static Budget Stricter(Budget a, Budget b) => new(
        Min(a.Tokens, b.Tokens), Min(a.Money, b.Money), Min(a.Calls, b.Calls), Min(a.Wall, b.Wall),
        Min(a.InputTokens, b.InputTokens), Min(a.OutputTokens, b.OutputTokens));

    private static T? Min<T>(T? a, T? b)
        where T : struct, IComparable<T> => a is not { } x ? b : b is not { } y ? a : x.CompareTo(y) <= 0 ? x : y;
}
