namespace Cadre.Knowledge.Chunks;

/// <summary>
/// Tokens of a text without a model's own tokenizer, counted in quarters: an ASCII character is a quarter of a token, a letter of another
/// alphabet half a token, an ideograph or the like a whole one.
/// </summary>
public static class TokenEstimate
{
    internal const int QuartersPerToken = 4;

    public static long Of(ReadOnlySpan<char> text) => (Quarters(text) + QuartersPerToken - 1) / QuartersPerToken;

    internal static long Quarters(ReadOnlySpan<char> text)
    {
        long quarters = 0;
        foreach (var character in text) quarters += Quarters(character);
        return quarters;
    }

    internal static int Quarters(char character) => character switch
    {
        < '\u0080' => 1,
        < '\u2E80' => 2,
        _ => QuartersPerToken,
    };
}
