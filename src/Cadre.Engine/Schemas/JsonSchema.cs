using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Cadre.Engine.Schemas;

/// <summary>
/// A JSON Schema (2020-12; what is common of draft 7 is understood), compiled once, immutable, safe to share. Depth, work and regular
/// expressions are bounded, whatever the schema and the value are. Only references inside the schema are followed.
/// </summary>
public sealed class JsonSchema
{
    /// <summary>Errors that <see cref="Validate"/> returns at most.</summary>
    public const int MaxErrors = 20;

    private readonly SchemaNode _root;

    private JsonSchema(SchemaNode root) => _root = root;

    /// <summary>Accepts every value.</summary>
    public static JsonSchema Anything { get; } = new(SchemaNode.Always);

    /// <param name="error">Where and why the schema cannot be used.</param>
    public static bool TryParse(JsonElement schema, [NotNullWhen(true)] out JsonSchema? parsed, [NotNullWhen(false)] out SchemaError? error)
    {
        var root = SchemaParser.Parse(schema, out error);
        parsed = root is null ? null : new(root);
        return root is not null;
    }

    /// <summary>Empty when the value fits.</summary>
    public IReadOnlyList<SchemaError> Validate(JsonElement value)
    {
        var walk = new SchemaWalk();
        try
        {
            _root.Check(value, walk, null);
        }
        catch (InvalidOperationException)
        {
            // JSON may escape half a surrogate pair; System.Text.Json refuses to make a string of it only when asked for one.
            return [new("", "type", "holds text that is not valid Unicode")];
        }

        return walk is { Exhausted: true, Errors.Count: 0 } ? [new("", "$ref", "is too deep or too much to be checked")] : walk.Errors;
    }

    /// <summary>What is wrong with the value, in sentences for the model; null when it fits.</summary>
    public string? Check(JsonElement value) => Validate(value) is { Count: > 0 } errors ? string.Join(' ', errors) : null;

    /// <summary>As <see cref="Check(JsonElement)"/>, for a schema that is used once; a schema that cannot be used is what is wrong.</summary>
    public static string? Check(JsonElement schema, JsonElement value) =>
        TryParse(schema, out var parsed, out var error) ? parsed.Check(value) : $"The schema cannot be used: {error}";
}
