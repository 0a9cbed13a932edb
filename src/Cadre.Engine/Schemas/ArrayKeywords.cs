using System.Collections.Immutable;
using System.Text.Json;

namespace Cadre.Engine.Schemas;

/// <summary>"prefixItems" and "items"; draft 7's list of "items" and "additionalItems".</summary>
internal sealed class ItemsKeyword(ImmutableArray<SchemaNode> prefix, SchemaNode? rest, string restKeyword) : SchemaKeyword
{
    public override bool Check(JsonElement value, SchemaWalk walk, Evaluated? evaluated)
    {
        if (value.ValueKind != JsonValueKind.Array) return true;
        var fits = true;
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            var schema = index < prefix.Length ? prefix[index] : rest;
            if (schema is null) break;
            walk.Push(index);
            fits &= schema.IsNever ? walk.Fail(restKeyword, "must not be there: the array is too long") : schema.Check(item, walk, null);
            walk.Pop();
            evaluated?.Items.Add(index);
            index++;
        }

        return fits;
    }
}

internal sealed class ContainsKeyword(SchemaNode schema, int min, int max) : SchemaKeyword
{
    public override bool Check(JsonElement value, SchemaWalk walk, Evaluated? evaluated)
    {
        if (value.ValueKind != JsonValueKind.Array) return true;
        int index = 0, count = 0;
        foreach (var item in value.EnumerateArray())
        {
            if (walk.Try(schema, item, null, out _))
            {
                count++;
                evaluated?.Items.Add(index);
            }

            index++;
        }

        if (count < min) return walk.Fail(min == 1 ? "contains" : "minContains", $"must have at least {min} items of the asked kind; it has {count}");
        return count <= max || walk.Fail("maxContains", $"must have at most {max} items of the asked kind; it has {count}");
    }
}

internal sealed class ItemCountKeyword(int min, int max) : SchemaKeyword
{
    public override bool Check(JsonElement value, SchemaWalk walk, Evaluated? evaluated)
    {
        if (value.ValueKind != JsonValueKind.Array) return true;
        var count = value.GetArrayLength();
        if (count < min) return walk.Fail("minItems", $"must have at least {min} items; it has {count}");
        return count <= max || walk.Fail("maxItems", $"must have at most {max} items; it has {count}");
    }
}

internal sealed class UniqueItemsKeyword : SchemaKeyword
{
    public override bool Check(JsonElement value, SchemaWalk walk, Evaluated? evaluated)
    {
        if (value.ValueKind != JsonValueKind.Array) return true;
        var seen = new HashSet<JsonElement>(JsonText.Equality);
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            if (!seen.Add(item)) return walk.Fail("uniqueItems", $"must not have the same item twice; item {index} is a repetition");
            index++;
        }

        return true;
    }
}

internal sealed class UnevaluatedItems(SchemaNode schema) : SchemaKeyword
{
    public override bool Check(JsonElement value, SchemaWalk walk, Evaluated? evaluated)
    {
        if (value.ValueKind != JsonValueKind.Array || evaluated is null) return true;
        var fits = true;
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            if (evaluated.Items.Add(index))
            {
                walk.Push(index);
                fits &= schema.IsNever ? walk.Fail("unevaluatedItems", "must not be there: the array is too long") : schema.Check(item, walk, null);
                walk.Pop();
            }

            index++;
        }

        return fits;
    }
}
