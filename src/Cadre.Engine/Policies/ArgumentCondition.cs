using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Cadre.Engine.Policies;

/// <summary>A condition on one argument of a tool: it is there and, if asked for, equals a value or matches a pattern.</summary>
/// <param name="At">Names of properties and numbers of elements from the arguments' root down.</param>
public sealed record ArgumentCondition(ImmutableArray<string> At, string? EqualTo, TextPattern? Pattern)
{
    /// <summary>Nested values that are searched when a rule needs to match only possibly.</summary>
    private const int MaxLeaves = 10_000;

    /// <param name="at">A property's name, or a JSON pointer (RFC 6901) when it begins with '/'.</param>
    public static ImmutableArray<string> ParseLocation(string at) => at.StartsWith('/')
        ? [.. at[1..].Split('/').Select(part => part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))]
        : [at];

    internal bool Holds(JsonElement arguments, bool surely)
    {
        if (Find(arguments) is not { } value) return false;
        if (EqualTo is null && Pattern is null) return true;

        try
        {
            if (surely) return Text(value) is { } text && Satisfied(text, surely);

            var left = MaxLeaves;
            return AnyLeaf(value, ref left) || left < 0;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, escaped: nobody can say what the tool would read there.
            return !surely;
        }
    }

    private JsonElement? Find(JsonElement value)
    {
        foreach (var part in At)
        {
            switch (value.ValueKind)
            {
                case JsonValueKind.Object when value.TryGetProperty(part, out var child):
                    value = child;
                    break;
                case JsonValueKind.Array when int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < value.GetArrayLength():
                    value = value[index];
                    break;
                default:
                    return null;
            }
        }

        return value.ValueKind == JsonValueKind.Undefined ? null : value;
    }

    private bool AnyLeaf(JsonElement value, ref int left)
    {
        if (--left < 0) return false;
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in value.EnumerateObject())
                {
                    if (Satisfied(property.Name, surely: false) || AnyLeaf(property.Value, ref left)) return true;
                }

                return false;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    if (AnyLeaf(item, ref left)) return true;
                }

                return false;
            default:
                return Text(value) is { } text && Satisfied(text, surely: false);
        }
    }

    private bool Satisfied(string text, bool surely) =>
        (EqualTo is null || text == EqualTo || SameNumber(text, EqualTo)) && (Pattern is null || Pattern.Matches(text, surely));

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null => value.GetRawText(),
        _ => null,
    };

    private static bool SameNumber(string a, string b) =>
        decimal.TryParse(a, NumberStyles.Float, CultureInfo.InvariantCulture, out var x)
        && decimal.TryParse(b, NumberStyles.Float, CultureInfo.InvariantCulture, out var y) && x == y;
}
