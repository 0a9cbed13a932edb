using Cadre.Engine.Models;

namespace Cadre.Models.Wires;

/// <summary>The schema in words, for endpoints that take none.</summary>
internal static class SchemaInstructions
{
    /// <summary>The instructions, with the schema where the endpoint is not given it in a field of its own. The line <c>schema: NAME</c> names it.</summary>
    public static string? For(ModelRequest request, RequestShape shape)
    {
        if (request.Output is not { } output || shape.Schema == SchemaMode.JsonSchema) return request.Instructions;
        var asked = $"""
            Answer with one JSON value and nothing else: no prose, no code fence. It must be valid against this JSON Schema.
            schema: {output.Name}
            {output.Schema.GetRawText()}
            """;
        return string.IsNullOrEmpty(request.Instructions) ? asked : $"{request.Instructions}\n\n{asked}";
    }
}
