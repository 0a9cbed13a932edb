using System.Collections.Immutable;
using System.Text.Json;

namespace Cadre.Engine.Schemas;

/// <summary>"$ref" and its dynamic form: in a schema of one document they are the same.</summary>
internal sealed class RefKeyword(SchemaNode target) : SchemaKeyword
{
    public override bool Check(JsonElement value, SchemaWalk walk, Evaluated? evaluated) => target.Check(value, walk, evaluated);
}

internal sealed class AllOfKeyword(ImmutableArray<SchemaNode> schemas) : SchemaKeyword
{
    public override bool Check(JsonElement value, SchemaWalk walk, Evaluated? evaluated)
    {
        var fits = true;
        foreach (var schema in schemas) fits &= schema.Check(value, walk, evaluated);
        return fits;
    }
}

/// <summary>When none fits, the errors of the nearest alternative are reported: they are what the model can mend.</summary>
internal sealed class AnyOfKeyword(ImmutableArray<SchemaNode> schemas) : SchemaKeyword
{
    public override bool Check(JsonElement value, SchemaWalk walk, Evaluated? evaluated)
    {
        var fits = false;
        IReadOnlyList<SchemaError>? nearest = null;
        foreach (var schema in schemas)
        {
            var own = evaluated is null ? null : new Evaluated();
            if (!walk.Try(schema, value, own, out var errors))
            {
                nearest = Nearer(nearest, errors, walk.Pointer());
                continue;
            }

            fits = true;
            if (evaluated is null) return true;
            evaluated.Add(own!);
        }

        return fits || Explain("anyOf", schemas.Length, nearest, walk);
    }

    internal static bool Explain(string keyword, int count, IReadOnlyList<SchemaError>? nearest, SchemaWalk walk)
    {
        walk.Fail(keyword, count == 1 ? "does not fit the only allowed form" : $"fits none of the {count} allowed forms; the nearest one says the following");
        return walk.Fail(nearest ?? []);
    }

    /// <summary>A wrong type at the value itself says that another form was meant, a wrong constant inside it nearly so; then fewer errors are nearer.</summary>
    internal static IReadOnlyList<SchemaError> Nearer(IReadOnlyList<SchemaError>? a, IReadOnlyList<SchemaError> b, string here) =>
        a is null || Distance(b, here).CompareTo(Distance(a, here)) < 0 ? b : a;

    private static (int Kind, int Count) Distance(IReadOnlyList<SchemaError> errors, string here)
    {
        var kind = 0;
        foreach (var error in errors)
        {
            if (error.Pointer == here && error.Keyword is "type" or "const" or "enum" or "false") kind = 2;
            else if (error.Keyword is "const" or "enum") kind = Math.Max(kind, 1);
        }

        return (kind, errors.Count);
    }
}

internal sealed class OneOfKeyword(ImmutableArray<SchemaNode> schemas) : SchemaKeyword
{
    public override bool Check(JsonElement value, SchemaWalk walk, Evaluated? evaluated)
    {
        List<int> fitting = [];
        IReadOnlyList<SchemaError>? nearest = null;
        Evaluated? chosen = null;
        for (var i = 0; i < schemas.Length; i++)
        {
            var own = evaluated is null ? null : new Evaluated();
            if (walk.Try(schemas[i], value, own, out var errors))
            {
                fitting.Add(i);
                chosen = own;
            }
            else
            {
                nearest = AnyOfKeyword.Nearer(nearest, errors, walk.Pointer());
            }
        }

        if (fitting.Count == 0) return AnyOfKeyword.Explain("oneOf", schemas.Length, nearest, walk);
        if (fitting.Count > 1) return walk.Fail("oneOf", $"must fit exactly one of {schemas.Length} forms; it fits numbers {string.Join(" and ", fitting.Select(i => i + 1))}");
        if (chosen is not null) evaluated?.Add(chosen);
        return true;
    }
}

internal sealed class NotKeyword(SchemaNode schema) : SchemaKeyword
{
    public override bool Check(JsonElement value, SchemaWalk walk, Evaluated? evaluated)
    {
        var fits = walk.Try(schema, value, null, out _);
        return !walk.Exhausted && (!fits || walk.Fail("not", "must not have this form"));
    }
}

internal sealed class IfKeyword(SchemaNode condition, SchemaNode? then, SchemaNode? otherwise) : SchemaKeyword
{
    public override bool Check(JsonElement value, SchemaWalk walk, Evaluated? evaluated)
    {
        var own = evaluated is null ? null : new Evaluated();
        var holds = walk.Try(condition, value, own, out _);
        if (walk.Exhausted) return false;
        if (holds && own is not null) evaluated?.Add(own);
        return (holds ? then : otherwise)?.Check(value, walk, evaluated) ?? true;
    }
}
