namespace Cadre.Engine.Budgets;

/// <summary>What may be spent; null is no limit.</summary>
/// <param name="Money">US dollars.</param>
/// <param name="Calls">Tool calls.</param>
/// <param name="Wall">Time in which the run is being driven; waiting for people and for a restart does not count.</param>
/// <param name="InputTokens">Of all requests together; part of <paramref name="Tokens"/>.</param>
/// <param name="OutputTokens">Of all replies together; part of <paramref name="Tokens"/>.</param>
public sealed record Budget(
    long? Tokens = null, decimal? Money = null, int? Calls = null, TimeSpan? Wall = null, long? InputTokens = null, long? OutputTokens = null)
{
    public static Budget Unlimited { get; } = new();
}
