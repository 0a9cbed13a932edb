namespace Cadre.Engine.Budgets;

/// <summary>What may be spent; null is no limit.</summary>
/// <param name="Money">US dollars.</param>
/// <param name="Calls">Tool calls.</param>
/// <param name="Wall">Time in which the run is being driven; waiting for people and for a restart does not count.</param>
public sealed record Budget(long? Tokens = null, decimal? Money = null, int? Calls = null, TimeSpan? Wall = null)
{
    public static Budget Unlimited { get; } = new();
}
