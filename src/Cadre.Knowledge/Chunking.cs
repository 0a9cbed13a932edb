namespace Cadre.Knowledge;

/// <summary>How a text is cut: OpenAI's static strategy. Tokens are estimated (<see cref="Chunks.TokenEstimate"/>).</summary>
public sealed record Chunking(int MaxTokens = 800, int OverlapTokens = 400)
{
    public const int LowestMaxTokens = 100;
    public const int HighestMaxTokens = 4096;

    public bool IsValid => MaxTokens is >= LowestMaxTokens and <= HighestMaxTokens && OverlapTokens >= 0 && OverlapTokens <= MaxTokens / 2;
}
