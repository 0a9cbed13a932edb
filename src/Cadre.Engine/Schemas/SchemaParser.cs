using System.Globalization;
using System.Text.Json;

namespace Cadre.Engine.Schemas;

/// <summary>Compiles a schema. The first thing that cannot be meant ends it: a schema is right or it is not used.</summary>
internal sealed class SchemaParser
{
    private const int MaxNodes = 20_000;
    private const int MaxDepth = 100;

    private readonly Dictionary<string, SchemaNode> _nodes = new(StringComparer.Ordinal);
    private readonly SchemaReferences _references;
    private int _depth;

    private SchemaParser(JsonElement root) => _references = new(root);

    public static SchemaNode? Parse(JsonElement schema, out SchemaError? error)
    {
        try
        {
            error = null;
            var kept = schema.Clone();
            return new SchemaParser(kept).Node(kept, "");
        }
        catch (SchemaFlawException flaw)
        {
            error = flaw.Error;
        }
        catch (InvalidOperationException)
        {
            error = new("", "$schema", "holds text that is not valid Unicode");
        }

        return null;
    }

    /// <summary>The compiled schema at a pointer; a schema that refers to itself is met again here.</summary>
    public SchemaNode Node(JsonElement schema, string pointer)
    {
        if (_nodes.TryGetValue(pointer, out var known)) return known;
        if (schema.ValueKind == JsonValueKind.True) return SchemaNode.Always;
        if (schema.ValueKind == JsonValueKind.False) return SchemaNode.Never;
        if (schema.ValueKind != JsonValueKind.Object) throw Flaw(pointer, "$schema", "must be an object or a boolean");
        if (_nodes.Count >= MaxNodes) throw Flaw(pointer, "$schema", $"has more than {MaxNodes} parts");
        if (++_depth > MaxDepth) throw Flaw(pointer, "$schema", $"is nested more than {MaxDepth} levels deep");

        var node = new SchemaNode();
        _nodes.Add(pointer, node);
        node.Complete([.. new SchemaKeywords(this, schema, pointer).Read()]);
        _depth--;
        return node;
    }

    public SchemaNode Refer(string reference, string pointer)
    {
        var target = _references.Resolve(reference, out var schema);
        return target is null
            ? throw Flaw(pointer, "$ref", $"refers to {reference}, which is not in the schema; only references inside it are followed")
            : Node(schema, target);
    }

    public static SchemaFlawException Flaw(string pointer, string keyword, string message) => new(new(pointer, keyword, message));

    public static string Below(string pointer, string name) =>
        $"{pointer}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    public static string Below(string pointer, int index) => pointer + '/' + index.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Carries a flaw out of the recursion; never leaves <see cref="SchemaParser.Parse"/>.</summary>
internal sealed class SchemaFlawException(SchemaError error) : Exception
{
    public SchemaError Error => error;
}
