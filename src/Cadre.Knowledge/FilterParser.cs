using System.Text.Json;

namespace Cadre.Knowledge;

/// <summary>Reads a filter once, up to its first fault.</summary>
internal sealed class FilterParser
{
    private int _comparisons;

    public FilterFault? Fault { get; private set; }

    public AttributeFilter? Parse(JsonElement json, string path, int depth)
    {
        if (depth > AttributeFilter.MaxDepth) return Refuse(path, $"Filters nest at most {AttributeFilter.MaxDepth} deep.");
        if (json.ValueKind is not JsonValueKind.Object) return Refuse(path, "A filter is an object.");
        if (!json.TryGetProperty("type", out var type)) return Refuse(path + ".type", "A filter needs a type.");
        var name = FileAttributes.Text(type);
        return name switch
        {
            "and" or "or" => ParseCompound(json, path, name, depth),
            _ when Operator(name) is { } comparison => ParseComparison(json, path, comparison),
            _ => Refuse(path + ".type", "A filter's type is one of eq, ne, gt, gte, lt, lte, in, nin, and, or."),
        };
    }

    private AttributeFilter? ParseCompound(JsonElement json, string path, string name, int depth)
    {
        if (Unknown(json, "type", "filters") is { } unknown) return Refuse($"{path}.{unknown}", "This is not known of a compound filter.");
        if (!json.TryGetProperty("filters", out var filters) || filters.ValueKind is not JsonValueKind.Array)
            return Refuse(path + ".filters", "A compound filter needs an array of filters.");

        var parts = new List<AttributeFilter>();
        foreach (var part in filters.EnumerateArray())
        {
            if (Parse(part, $"{path}.filters[{parts.Count}]", depth + 1) is not { } parsed) return null;
            parts.Add(parsed);
        }

        return name == "and" ? new AttributeFilter.And(parts) : new AttributeFilter.Or(parts);
    }

    private AttributeFilter? ParseComparison(JsonElement json, string path, Comparison comparison)
    {
        if (++_comparisons > AttributeFilter.MaxComparisons) return Refuse(path, $"A filter has at most {AttributeFilter.MaxComparisons} comparisons.");
        if (Unknown(json, "type", "key", "value") is { } unknown) return Refuse($"{path}.{unknown}", "This is not known of a comparison filter.");
        if (!json.TryGetProperty("key", out var named) || FileAttributes.Text(named) is not { } key)
            return Refuse(path + ".key", "A comparison needs the name of an attribute.");
        if (!json.TryGetProperty("value", out var value)) return Refuse(path + ".value", "A comparison needs a value.");
        if (comparison is Comparison.In or Comparison.Nin)
        {
            if (value.ValueKind is not JsonValueKind.Array) return Refuse(path + ".value", "in and nin compare with an array.");
            if (value.GetArrayLength() > AttributeFilter.MaxListedValues) return Refuse(path + ".value", $"At most {AttributeFilter.MaxListedValues} values are compared with.");
            var index = 0;
            foreach (var item in value.EnumerateArray())
            {
                if (!IsScalar(item)) return Refuse($"{path}.value[{index}]", "A value is a string, a number or a boolean.");
                index++;
            }
        }
        else if (!IsScalar(value))
        {
            return Refuse(path + ".value", "A value is a string, a number or a boolean.");
        }

        return new AttributeFilter.Compare(key, comparison, value.Clone());
    }

    private static Comparison? Operator(string? name) => name switch
    {
        "eq" => Comparison.Eq,
        "ne" => Comparison.Ne,
        "gt" => Comparison.Gt,
        "gte" => Comparison.Gte,
        "lt" => Comparison.Lt,
        "lte" => Comparison.Lte,
        "in" => Comparison.In,
        "nin" => Comparison.Nin,
        _ => null,
    };

    private static bool IsScalar(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => FileAttributes.Text(value) is not null,
        JsonValueKind.True or JsonValueKind.False => true,
        JsonValueKind.Number => value.TryGetDouble(out var number) && double.IsFinite(number),
        _ => false,
    };

    private static string? Unknown(JsonElement json, params ReadOnlySpan<string> known)
    {
        foreach (var property in json.EnumerateObject())
            if (!known.Contains(property.Name)) return property.Name;
        return null;
    }

    private AttributeFilter? Refuse(string path, string message)
    {
        Fault ??= new FilterFault(path, message);
        return null;
    }
}
