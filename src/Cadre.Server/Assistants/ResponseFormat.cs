using System.Text.Json;
using Cadre.Engine.Models;
using Cadre.Server.Http;

namespace Cadre.Server.Assistants;

/// <summary>The member <c>response_format</c>: "auto", or the shape an answer must have.</summary>
internal static class ResponseFormat
{
    private const int MaxName = 64;
    private static readonly JsonElement AnyObject = JsonValues.Parse("""{"type":"object"}""");

    /// <summary>As it came; null when it is absent.</summary>
    public static JsonElement? Read(Fields body)
    {
        if (body.Any("response_format") is not { } format) return null;
        if (format.ValueKind == JsonValueKind.String) return format.ValueEquals("auto") ? format : throw ApiException.WrongValue("response_format", format.GetString()!, "auto");
        if (format.ValueKind != JsonValueKind.Object) throw ApiException.WrongType("response_format", "one of a string or an object", Fields.Kind(format));
        var fields = new Fields(format, "response_format");
        if (fields.Text("type") is null) throw ApiException.Missing("response_format.type");
        if (fields.Word("type", "text", "json_object", "json_schema") == "json_schema")
        {
            var schema = fields.Object("json_schema") ?? throw ApiException.Missing("response_format.json_schema");
            schema.RequiredText("name", MaxName, 1);
            schema.Object("schema");
        }

        return format;
    }

    /// <summary>What an answer must be; null: any text.</summary>
    /// <param name="format">As <see cref="Read"/> gave it.</param>
    public static OutputSchema? Shape(JsonElement? format)
    {
        if (format is not { ValueKind: JsonValueKind.Object } set) return null;
        var fields = new Fields(set);
        return fields.Text("type") switch
        {
            "json_object" => new("json_object", AnyObject, Strict: false),
            "json_schema" when fields.Object("json_schema") is { } schema =>
                new(schema.RequiredText("name"), schema.Object("schema")?.Raw ?? AnyObject, schema.Flag("strict") ?? false),
            _ => null,
        };
    }
}
