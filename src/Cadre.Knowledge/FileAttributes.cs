using System.Text.Json;

namespace Cadre.Knowledge;

/// <summary>What an attribute of a file may be: OpenAI's limits.</summary>
public static class FileAttributes
{
    public const int MaxCount = 16;
    public const int MaxKeyCharacters = 64;
    public const int MaxValueCharacters = 512;

    /// <returns>What is wrong with the attributes, in a sentence; null when nothing is.</returns>
    public static string? Fault(IReadOnlyDictionary<string, JsonElement> attributes)
    {
        if (attributes.Count > MaxCount) return $"A file has at most {MaxCount} attributes.";
        foreach (var (key, value) in attributes)
        {
            if (key.Length is 0 or > MaxKeyCharacters) return $"The name of an attribute has 1 to {MaxKeyCharacters} characters.";
            if (value.ValueKind is not (JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False))
                return $"The attribute '{key}' is neither a string nor a number nor a boolean.";
            if (value.ValueKind is JsonValueKind.String && Text(value) is not { Length: <= MaxValueCharacters })
                return $"The attribute '{key}' has more than {MaxValueCharacters} characters, or half of one.";
            if (value.ValueKind is JsonValueKind.Number && (!value.TryGetDouble(out var number) || !double.IsFinite(number)))
                return $"The attribute '{key}' is out of a number's range.";
        }

        return null;
    }

    /// <summary>Null for what is no string, or holds half a surrogate pair.</summary>
    internal static string? Text(JsonElement value)
    {
        try
        {
            return value.ValueKind is JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
