using System.Collections.Immutable;
using System.Text.Json;

namespace Cadre.Engine.Schemas;

internal sealed class TypeKeyword(ImmutableArray<string> types) : SchemaKeyword
{
    public override bool Check(JsonElement value, SchemaWalk walk, Evaluated? evaluated)
    {
        foreach (var type in types)
        {
            if (Is(value, type)) return true;
        }

        return walk.Fail("type", $"must be {string.Join(" or ", types.Select(Noun))}, not {Noun(TypeOf(value))}");
    }

    internal static string Noun(string type) => type switch
    {
        "null" => "null",
        "array" or "object" or "integer" => $"an {type}",
        _ => $"a {type}",
    };

    private static bool Is(JsonElement value, string type) =>
        type == "integer" ? value.ValueKind == JsonValueKind.Number && JsonNumber.Of(value).IsInteger : TypeOf(value) == type;

    private static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => "null",
    };
}

/// <summary>"enum", and "const" as one of one.</summary>
internal sealed class EnumKeyword(string keyword, ImmutableArray<JsonElement> values) : SchemaKeyword
{
    private const int Shown = 20;

    public override bool Check(JsonElement value, SchemaWalk walk, Evaluated? evaluated)
    {
        foreach (var allowed in values)
        {
            if (JsonElement.DeepEquals(allowed, value)) return true;
        }

        var list = string.Join(", ", values.Take(Shown).Select(Text)) + (values.Length > Shown ? ", …" : "");
        return walk.Fail(keyword, values.Length == 1 ? $"must be {list}, not {Text(value)}" : $"must be one of {list}; it is {Text(value)}");
    }

    internal static string Text(JsonElement value) => value.GetRawText() is { Length: <= 80 } text ? text : value.GetRawText()[..79] + '…';
}

/// <summary>"minimum", "maximum" and their exclusive forms.</summary>
internal sealed class BoundKeyword(string keyword, JsonElement limit) : SchemaKeyword
{
    private readonly JsonNumber _limit = JsonNumber.Of(limit);

    public override bool Check(JsonElement value, SchemaWalk walk, Evaluated? evaluated)
    {
        if (value.ValueKind != JsonValueKind.Number) return true;
        var order = JsonNumber.Of(value).CompareTo(_limit);
        var (fits, words) = keyword switch
        {
            "minimum" => (order >= 0, "at least"),
            "maximum" => (order <= 0, "at most"),
            "exclusiveMinimum" => (order > 0, "more than"),
            _ => (order < 0, "less than"),
        };
        return fits || walk.Fail(keyword, $"must be {words} {EnumKeyword.Text(limit)}, not {EnumKeyword.Text(value)}");
    }
}

internal sealed class MultipleOfKeyword(JsonElement divisor) : SchemaKeyword
{
    private readonly JsonNumber _divisor = JsonNumber.Of(divisor);

    public override bool Check(JsonElement value, SchemaWalk walk, Evaluated? evaluated) =>
        value.ValueKind != JsonValueKind.Number || JsonNumber.Of(value).IsMultipleOf(_divisor)
        || walk.Fail("multipleOf", $"must be a multiple of {EnumKeyword.Text(divisor)}, not {EnumKeyword.Text(value)}");
}

/// <summary>Counts code points.</summary>
internal sealed class LengthKeyword(int min, int max) : SchemaKeyword
{
    public override bool Check(JsonElement value, SchemaWalk walk, Evaluated? evaluated)
    {
        if (value.ValueKind != JsonValueKind.String) return true;
        var length = 0;
        foreach (var _ in value.GetString()!.EnumerateRunes()) length++;
        if (length < min) return walk.Fail("minLength", min == 1 ? "must not be empty" : $"must have at least {min} characters; it has {length}");
        return length <= max || walk.Fail("maxLength", $"must have at most {max} characters; it has {length}");
    }
}

internal sealed class PatternKeyword(EcmaPattern pattern) : SchemaKeyword
{
    public override bool Check(JsonElement value, SchemaWalk walk, Evaluated? evaluated) => value.ValueKind != JsonValueKind.String
        || pattern.Matches(value.GetString()!) switch
        {
            true => true,
            false => walk.Fail("pattern", $"must match the regular expression {pattern}"),
            null => walk.Fail("pattern", $"takes too long to be matched against {pattern}; write a shorter text"),
        };
}

internal sealed class FormatKeyword(string format, Func<string, bool> fits, string example) : SchemaKeyword
{
    public override bool Check(JsonElement value, SchemaWalk walk, Evaluated? evaluated) =>
        value.ValueKind != JsonValueKind.String || fits(value.GetString()!) || walk.Fail("format", $"must be a {format} such as {example}");
}
