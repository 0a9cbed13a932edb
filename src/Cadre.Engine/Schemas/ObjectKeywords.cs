using System.Collections.Immutable;
using System.Text.Json;

namespace Cadre.Engine.Schemas;

/// <summary>"properties", "patternProperties" and "additionalProperties", which see each other.</summary>
internal sealed class PropertiesKeyword(
    ImmutableDictionary<string, SchemaNode> named,
    ImmutableArray<(EcmaPattern Pattern, SchemaNode Schema)> patterned,
    SchemaNode? additional) : SchemaKeyword
{
    private const int Shown = 30;

    public override bool Check(JsonElement value, SchemaWalk walk, Evaluated? evaluated)
    {
        if (value.ValueKind != JsonValueKind.Object) return true;
        var fits = true;
        foreach (var property in value.EnumerateObject())
        {
            var name = property.Name;
            var seen = false;
            walk.Push(name);
            if (named.TryGetValue(name, out var schema))
            {
                seen = true;
                fits &= schema.Check(property.Value, walk, null);
            }

            foreach (var (pattern, node) in patterned)
            {
                var matches = pattern.Matches(name);
                if (matches is false) continue;
                seen = true;
                fits &= matches is true ? node.Check(property.Value, walk, null) : walk.Fail("patternProperties", $"has a name that takes too long to match {pattern}");
            }

            if (!seen && additional is not null)
            {
                seen = true;
                fits &= additional.IsNever ? walk.Fail("additionalProperties", Unknown()) : additional.Check(property.Value, walk, null);
            }

            walk.Pop();
            if (seen) evaluated?.Properties.Add(name);
        }

        return fits;
    }

    private string Unknown() => named.IsEmpty
        ? "is not an allowed property"
        : $"is not an allowed property; there is {string.Join(", ", named.Keys.Order(StringComparer.Ordinal).Take(Shown))}{(named.Count > Shown ? ", …" : "")}";
}

internal sealed class RequiredKeyword(ImmutableArray<string> names) : SchemaKeyword
{
    public override bool Check(JsonElement value, SchemaWalk walk, Evaluated? evaluated)
    {
        if (value.ValueKind != JsonValueKind.Object) return true;
        var fits = true;
        foreach (var name in names)
        {
            if (!value.TryGetProperty(name, out _)) fits = walk.Fail("required", $"must have the property \"{name}\"");
        }

        return fits;
    }
}

internal sealed class PropertyNamesKeyword(SchemaNode names) : SchemaKeyword
{
    public override bool Check(JsonElement value, SchemaWalk walk, Evaluated? evaluated)
    {
        if (value.ValueKind != JsonValueKind.Object) return true;
        var fits = true;
        foreach (var property in value.EnumerateObject())
        {
            if (walk.Try(names, JsonText.Of(property.Name), null, out var errors)) continue;
            walk.Push(property.Name);
            fits = walk.Fail("propertyNames", $"has a name that {(errors.Count > 0 ? errors[0].Message : "is not allowed")}");
            walk.Pop();
        }

        return fits;
    }
}

internal sealed class PropertyCountKeyword(int min, int max) : SchemaKeyword
{
    public override bool Check(JsonElement value, SchemaWalk walk, Evaluated? evaluated)
    {
        if (value.ValueKind != JsonValueKind.Object) return true;
        var count = value.GetPropertyCount();
        if (count < min) return walk.Fail("minProperties", $"must have at least {min} properties; it has {count}");
        return count <= max || walk.Fail("maxProperties", $"must have at most {max} properties; it has {count}");
    }
}

/// <summary>"dependentRequired", and "dependencies" with lists.</summary>
internal sealed class DependentRequiredKeyword(string trigger, ImmutableArray<string> names) : SchemaKeyword
{
    public override bool Check(JsonElement value, SchemaWalk walk, Evaluated? evaluated)
    {
        if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(trigger, out _)) return true;
        var fits = true;
        foreach (var name in names)
        {
            if (!value.TryGetProperty(name, out _)) fits = walk.Fail("dependentRequired", $"must have the property \"{name}\" because it has \"{trigger}\"");
        }

        return fits;
    }
}

/// <summary>"dependentSchemas", and "dependencies" with schemas.</summary>
internal sealed class DependentSchemaKeyword(string trigger, SchemaNode schema) : SchemaKeyword
{
    public override bool Check(JsonElement value, SchemaWalk walk, Evaluated? evaluated) =>
        value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(trigger, out _) || schema.Check(value, walk, evaluated);
}

internal sealed class UnevaluatedProperties(SchemaNode schema) : SchemaKeyword
{
    public override bool Check(JsonElement value, SchemaWalk walk, Evaluated? evaluated)
    {
        if (value.ValueKind != JsonValueKind.Object || evaluated is null) return true;
        var fits = true;
        foreach (var property in value.EnumerateObject())
        {
            if (!evaluated.Properties.Add(property.Name)) continue;
            walk.Push(property.Name);
            fits &= schema.IsNever ? walk.Fail("unevaluatedProperties", "is not an allowed property") : schema.Check(property.Value, walk, null);
            walk.Pop();
        }

        return fits;
    }
}
