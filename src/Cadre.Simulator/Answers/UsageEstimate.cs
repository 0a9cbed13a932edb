using Cadre.Simulator.Prompts;

namespace Cadre.Simulator.Answers;

/// <summary>Token figures without a tokenizer: four characters make a token. The same prompt always has the same figures.</summary>
internal static class UsageEstimate
{
    public const int CharactersPerToken = 4;

    /// <summary>OpenAI counts a cached prefix in steps of 128 tokens, from 1,024 on.</summary>
    private const int CacheStep = 128;
    private const int CacheMinimum = 1_024;

    public static int Tokens(long characters) =>
        (int)Math.Min(int.MaxValue, (characters + CharactersPerToken - 1) / CharactersPerToken);

    /// <summary>Tokens of the whole prompt, and how many of them a cache would have held: all that came before the latest reply.</summary>
    public static (int Input, int Cached) OfPrompt(Prompt prompt)
    {
        long head = prompt.Instructions.Length + (prompt.Format?.Schema.ValueKind == System.Text.Json.JsonValueKind.Object
            ? prompt.Format.Schema.GetRawText().Length
            : 0);
        foreach (var tool in prompt.Tools)
        {
            head += tool.Length;
        }

        long seen = 0;
        var all = head;
        foreach (var turn in prompt.Turns)
        {
            if (turn is Turn.Assistant or Turn.Call)
            {
                seen = all;
            }

            all += turn.Length;
        }

        var cached = Tokens(seen) / CacheStep * CacheStep;
        return (Math.Max(1, Tokens(all)), cached >= CacheMinimum ? cached : 0);
    }
}
