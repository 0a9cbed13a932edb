using System.Collections.Immutable;
using System.Text.Json;

namespace Cadre.Engine.Schemas;

/// <summary>Reads the keywords of one schema object. Unknown keywords are annotations.</summary>
internal sealed class SchemaKeywords(SchemaParser parser, JsonElement schema, string pointer)
{
    private static readonly string[] Types = ["null", "boolean", "object", "array", "number", "integer", "string"];

    public IEnumerable<SchemaKeyword> Read() => [.. Values(), .. Objects(), .. Arrays(), .. Logic(), .. Unevaluated()];

    private IEnumerable<SchemaKeyword> Values()
    {
        if (Find("type") is { } type) yield return new TypeKeyword(TypeNames(type));
        if (Find("enum") is { } values) yield return new EnumKeyword("enum", [.. List("enum", values)]);
        if (Find("const") is { } constant) yield return new EnumKeyword("const", [constant]);
        foreach (var bound in Bounds()) yield return bound;
        if (Number("multipleOf") is { } divisor)
            yield return divisor.GetRawText().StartsWith('-') || divisor.GetDouble() == 0 ? throw Flaw("multipleOf", "must be more than 0") : new MultipleOfKeyword(divisor);
        if (Count("minLength") is var min && Count("maxLength") is var max && (min ?? max) is not null)
            yield return new LengthKeyword(min ?? 0, max ?? int.MaxValue);
        if (Text("pattern") is { } pattern) yield return new PatternKeyword(Pattern("pattern", pattern));
        if (Text("format") is { } format && SchemaFormats.Find(format) is { } known) yield return known;
    }

    /// <summary>In draft 4 "exclusiveMinimum": true makes "minimum" exclusive.</summary>
    private IEnumerable<SchemaKeyword> Bounds()
    {
        foreach (var (keyword, exclusive) in new[] { ("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum") })
        {
            var flag = Find(exclusive) is { ValueKind: JsonValueKind.True or JsonValueKind.False } given ? given.ValueKind : JsonValueKind.Undefined;
            if (Number(keyword) is { } limit) yield return new BoundKeyword(flag == JsonValueKind.True ? exclusive : keyword, limit);
            if (flag == JsonValueKind.Undefined && Number(exclusive) is { } beyond) yield return new BoundKeyword(exclusive, beyond);
        }
    }

    private IEnumerable<SchemaKeyword> Objects()
    {
        var named = Map("properties").ToImmutableDictionary(entry => entry.Name, entry => entry.Schema, StringComparer.Ordinal);
        ImmutableArray<(EcmaPattern, SchemaNode)> patterned = [.. Map("patternProperties").Select(entry => (Pattern("patternProperties", entry.Name), entry.Schema))];
        var additional = Schema("additionalProperties");
        if (named.Count > 0 || !patterned.IsEmpty || additional is not null) yield return new PropertiesKeyword(named, patterned, additional);
        if (Find("required") is { ValueKind: not (JsonValueKind.True or JsonValueKind.False) } required) yield return new RequiredKeyword(Names("required", required));
        if (Schema("propertyNames") is { } names) yield return new PropertyNamesKeyword(names);
        if (Count("minProperties") is var min && Count("maxProperties") is var max && (min ?? max) is not null)
            yield return new PropertyCountKeyword(min ?? 0, max ?? int.MaxValue);
        foreach (var keyword in Dependent("dependentRequired").Concat(Dependent("dependentSchemas")).Concat(Dependent("dependencies"))) yield return keyword;
    }

    private IEnumerable<SchemaKeyword> Dependent(string keyword)
    {
        if (Find(keyword) is not { } map) yield break;
        foreach (var entry in Entries(keyword, map))
        {
            yield return entry.Value.ValueKind == JsonValueKind.Array
                ? new DependentRequiredKeyword(entry.Name, Names(keyword, entry.Value))
                : new DependentSchemaKeyword(entry.Name, parser.Node(entry.Value, SchemaParser.Below(At(keyword), entry.Name)));
        }
    }

    private IEnumerable<SchemaKeyword> Arrays()
    {
        var oldPrefix = Find("items") is { ValueKind: JsonValueKind.Array };
        var prefix = List(oldPrefix ? "items" : "prefixItems");
        var restKeyword = oldPrefix ? "additionalItems" : "items";
        var rest = Schema(restKeyword);
        if (!prefix.IsEmpty || rest is not null) yield return new ItemsKeyword(prefix, rest, restKeyword);
        if (Schema("contains") is { } contains) yield return new ContainsKeyword(contains, Count("minContains") ?? 1, Count("maxContains") ?? int.MaxValue);
        if (Count("minItems") is var min && Count("maxItems") is var max && (min ?? max) is not null)
            yield return new ItemCountKeyword(min ?? 0, max ?? int.MaxValue);
        if (Find("uniqueItems") is { } unique)
        {
            if (unique.ValueKind is not (JsonValueKind.True or JsonValueKind.False)) throw Flaw("uniqueItems", "must be true or false");
            if (unique.GetBoolean()) yield return new UniqueItemsKeyword();
        }
    }

    private IEnumerable<SchemaKeyword> Logic()
    {
        foreach (var keyword in new[] { "$ref", "$dynamicRef", "$recursiveRef" })
        {
            if (Text(keyword) is { } reference) yield return new RefKeyword(parser.Refer(reference, pointer));
        }

        if (List("allOf") is { IsEmpty: false } all) yield return new AllOfKeyword(all);
        if (List("anyOf") is { IsEmpty: false } any) yield return new AnyOfKeyword(any);
        if (List("oneOf") is { IsEmpty: false } one) yield return new OneOfKeyword(one);
        if (Schema("not") is { } not) yield return new NotKeyword(not);
        if (Schema("if") is { } condition) yield return new IfKeyword(condition, Schema("then"), Schema("else"));
    }

    private IEnumerable<SchemaKeyword> Unevaluated()
    {
        if (Schema("unevaluatedProperties") is { } properties) yield return new UnevaluatedProperties(properties);
        if (Schema("unevaluatedItems") is { } items) yield return new UnevaluatedItems(items);
    }

    private JsonElement? Find(string keyword) => schema.TryGetProperty(keyword, out var value) ? value : null;

    private SchemaNode? Schema(string keyword) => Find(keyword) is { } value ? parser.Node(value, At(keyword)) : null;

    private IEnumerable<(string Name, SchemaNode Schema)> Map(string keyword) => Find(keyword) is not { } map
        ? []
        : Entries(keyword, map).Select(entry => (entry.Name, parser.Node(entry.Value, SchemaParser.Below(At(keyword), entry.Name)))).DistinctBy(entry => entry.Name);

    private JsonElement.ObjectEnumerator Entries(string keyword, JsonElement map) =>
        map.ValueKind == JsonValueKind.Object ? map.EnumerateObject() : throw Flaw(keyword, "must be an object");

    private ImmutableArray<SchemaNode> List(string keyword) => Find(keyword) is not { } list
        ? []
        : [.. List(keyword, list).Select((item, index) => parser.Node(item, SchemaParser.Below(At(keyword), index)))];

    private IEnumerable<JsonElement> List(string keyword, JsonElement list) =>
        list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0 ? list.EnumerateArray() : throw Flaw(keyword, "must be a list with at least one entry");

    private ImmutableArray<string> Names(string keyword, JsonElement list) =>
        list.ValueKind == JsonValueKind.Array && list.EnumerateArray().All(name => name.ValueKind == JsonValueKind.String)
            ? [.. list.EnumerateArray().Select(name => name.GetString()!)]
            : throw Flaw(keyword, "must be a list of names");

    private ImmutableArray<string> TypeNames(JsonElement type)
    {
        ImmutableArray<string> names = type.ValueKind == JsonValueKind.String ? [type.GetString()!] : Names("type", type);
        return names.IsEmpty || !names.All(Types.Contains) ? throw Flaw("type", $"must be among {string.Join(", ", Types)}") : names;
    }

    private JsonElement? Number(string keyword) => Find(keyword) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } number => number,
        { ValueKind: JsonValueKind.True or JsonValueKind.False } when keyword.StartsWith("exclusive", StringComparison.Ordinal) => null,
        _ => throw Flaw(keyword, "must be a number"),
    };

    private int? Count(string keyword) => Find(keyword) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } number when number.TryGetInt32(out var count) && count >= 0 => count,
        { ValueKind: JsonValueKind.Number } number when number.GetDouble() is >= 0 and var size && Math.Floor(size) == size => (int)Math.Min(size, int.MaxValue),
        _ => throw Flaw(keyword, "must be a whole number, 0 or more"),
    };

    private string? Text(string keyword) => Find(keyword) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        _ => throw Flaw(keyword, "must be a string"),
    };

    private EcmaPattern Pattern(string keyword, string text) =>
        EcmaPattern.TryParse(text, out var pattern, out var error) ? pattern : throw Flaw(keyword, $"is not a regular expression: {error}");

    private SchemaFlawException Flaw(string keyword, string message) => SchemaParser.Flaw(At(keyword), keyword, message);

    private string At(string keyword) => SchemaParser.Below(pointer, keyword);
}
