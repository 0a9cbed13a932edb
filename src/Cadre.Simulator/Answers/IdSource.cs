namespace Cadre.Simulator.Answers;

/// <summary>Ids that do not repeat within a server's life, nor (without a seed) between its lives.</summary>
internal sealed class IdSource(int? seed)
{
    private readonly string _life = (seed is { } fixedSeed ? unchecked((ulong)fixedSeed * 0x9E3779B97F4A7C15) : (ulong)Random.Shared.NextInt64()).ToString("x16");
    private long _last;

    public string Next(string prefix) => $"{prefix}{_life}{Interlocked.Increment(ref _last):x12}";
}
