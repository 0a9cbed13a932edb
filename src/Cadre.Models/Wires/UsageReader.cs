using System.Text.Json;
using Cadre.Engine.Models;

namespace Cadre.Models.Wires;

/// <summary>Token counts as endpoints report them: under either wire's names, missing, null, fractional, negative or inconsistent.</summary>
internal static class UsageReader
{
    private const int CharactersPerToken = 4;

    /// <summary>Null when there is no count to be believed.</summary>
    public static Usage? Read(JsonElement? usage)
    {
        if (usage is not { ValueKind: JsonValueKind.Object } element) return null;
        if (Count(element, "input_tokens", "prompt_tokens") is not { } input || Count(element, "output_tokens", "completion_tokens") is not { } output) return null;
        if (input == 0 && output == 0) return null;

        var cached = Detail(element, "cached_tokens", "input_tokens_details", "prompt_tokens_details") ?? Count(element, "prompt_cache_hit_tokens") ?? 0;
        var reasoning = Detail(element, "reasoning_tokens", "output_tokens_details", "completion_tokens_details") ?? 0;

        // Some endpoints count the thoughts beside the output; only the total shows it.
        if (reasoning > 0 && Count(element, "total_tokens") == input + output + reasoning) output += reasoning;
        return new(input, output, Math.Min(cached, input), Math.Min(reasoning, output));
    }

    /// <summary>For endpoints that do not count.</summary>
    public static Usage Estimate(long requestBytes, long replyCharacters) => new(Tokens(requestBytes), Tokens(replyCharacters));

    private static long Tokens(long characters) => (characters + CharactersPerToken - 1) / CharactersPerToken;

    private static long? Detail(JsonElement usage, string name, params ReadOnlySpan<string> parents)
    {
        foreach (var parent in parents)
            if (usage.TryGetProperty(parent, out var details) && details.ValueKind == JsonValueKind.Object && Count(details, name) is { } count) return count;
        return null;
    }

    private static long? Count(JsonElement element, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number is >= 0 and < 1e15)
                return (long)number;
        return null;
    }
}
