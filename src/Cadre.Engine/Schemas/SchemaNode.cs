using System.Text.Json;

namespace Cadre.Engine.Schemas;

/// <summary>One compiled schema. Its keywords are set once, after it can be referred to, and then never change.</summary>
internal sealed class SchemaNode
{
    private SchemaKeyword[] _keywords = [];
    private bool _collects;

    public static SchemaNode Always { get; } = new();

    public static SchemaNode Never { get; } = new() { IsNever = true };

    /// <summary>The schema "false".</summary>
    public bool IsNever { get; private init; }

    /// <param name="keywords">In order of checking; the "unevaluated…" ones last.</param>
    public void Complete(SchemaKeyword[] keywords)
    {
        _keywords = keywords;
        _collects = keywords.Any(keyword => keyword is UnevaluatedProperties or UnevaluatedItems);
    }

    /// <param name="evaluated">Collects what this schema looks at, if anybody asks; kept only if the value fits.</param>
    public bool Check(JsonElement value, SchemaWalk walk, Evaluated? evaluated)
    {
        if (IsNever) return walk.Fail("false", "is not allowed here");
        if (_keywords.Length == 0) return true;
        if (!walk.Enter()) return false;

        var own = _collects ? new Evaluated() : evaluated;
        var fits = true;
        foreach (var keyword in _keywords) fits &= keyword.Check(value, walk, own);

        walk.Leave();
        if (fits && _collects) evaluated?.Add(own!);
        return fits;
    }
}

internal abstract class SchemaKeyword
{
    /// <summary>True for a value of a type that the keyword does not speak about. Reports what is wrong to the walk.</summary>
    public abstract bool Check(JsonElement value, SchemaWalk walk, Evaluated? evaluated);
}
