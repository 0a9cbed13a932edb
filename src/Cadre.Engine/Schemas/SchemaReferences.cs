using System.Globalization;
using System.Text.Json;

namespace Cadre.Engine.Schemas;

/// <summary>Finds what a reference inside a schema names: "#", "#/pointer", "#anchor", each also behind the root's own $id.</summary>
internal sealed class SchemaReferences
{
    private const int MaxDepth = 100;

    private readonly JsonElement _root;
    private readonly string? _id;
    private readonly Dictionary<string, (string Pointer, JsonElement Schema)> _anchors = new(StringComparer.Ordinal);

    public SchemaReferences(JsonElement root)
    {
        _root = root;
        if (root.ValueKind != JsonValueKind.Object) return;
        _id = root.TryGetProperty("$id", out var id) && id.ValueKind == JsonValueKind.String ? id.GetString()!.TrimEnd('#') : null;
        Collect(root, "", 0);
    }

    /// <returns>The target's pointer, or null.</returns>
    public string? Resolve(string reference, out JsonElement schema)
    {
        schema = _root;
        var local = _id is { Length: > 0 } && reference.StartsWith(_id, StringComparison.Ordinal) ? reference[_id.Length..] : reference;
        if (local is "#" || (local is "" && reference is not "")) return "";
        if (!local.StartsWith('#')) return null;

        var fragment = Uri.UnescapeDataString(local[1..]);
        if (!fragment.StartsWith('/'))
        {
            if (!_anchors.TryGetValue(fragment, out var anchor)) return null;
            schema = anchor.Schema;
            return anchor.Pointer;
        }

        foreach (var part in fragment[1..].Split('/'))
        {
            var name = part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty(name, out var child)) schema = child;
            else if (schema.ValueKind == JsonValueKind.Array && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < schema.GetArrayLength()) schema = schema[index];
            else return null;
        }

        return fragment;
    }

    private void Collect(JsonElement value, string pointer, int depth)
    {
        if (depth > MaxDepth) throw SchemaParser.Flaw(pointer, "$schema", $"is nested more than {MaxDepth} levels deep");
        if (value.ValueKind == JsonValueKind.Array)
        {
            for (var i = 0; i < value.GetArrayLength(); i++) Collect(value[i], SchemaParser.Below(pointer, i), depth + 1);
            return;
        }

        if (value.ValueKind != JsonValueKind.Object) return;
        foreach (var property in value.EnumerateObject())
        {
            if (property.Name is "$anchor" or "$dynamicAnchor" && property.Value.ValueKind == JsonValueKind.String)
                _anchors.TryAdd(property.Value.GetString()!, (pointer, value));
            if (property.Name is not ("enum" or "const" or "default" or "examples"))
                Collect(property.Value, SchemaParser.Below(pointer, property.Name), depth + 1);
        }
    }
}
