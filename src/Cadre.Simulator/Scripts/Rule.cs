namespace Cadre.Simulator.Scripts;

/// <summary>What to answer, and when.</summary>
/// <param name="Name">For people.</param>
/// <param name="When">Which requests it is for.</param>
/// <param name="Then">What it answers.</param>
internal sealed record Rule(string? Name, RuleMatch When, RuleAnswer Then)
{
    /// <summary>How many requests it answers.</summary>
    public int Times { get; init; } = int.MaxValue;

    /// <summary>How many matching requests it lets pass first.</summary>
    public int Skip { get; init; }

    /// <summary>The part of the matching requests that it takes, 0 to 1.</summary>
    public double Chance { get; init; } = 1;
}
