using System.Text.Json;
using Cadre.Engine.Models;
using Cadre.Server.Http;

namespace Cadre.Server.Responses;

/// <summary>Reads <c>text.format</c>.</summary>
internal static class TextFormats
{
    private const int NameLength = 64;
    private static readonly JsonElement AnyObject = JsonDocument.Parse("""{"type":"object"}""").RootElement;

    /// <summary>The shape that the answer must have; null for free text.</summary>
    public static OutputSchema? Read(Fields? text)
    {
        if (text?.Object("format") is not { } format) return null;
        switch (format.Word("type", "text", "json_object", "json_schema") ?? throw ApiException.Missing(format.At("type")))
        {
            case "json_schema":
                var name = format.RequiredText("name", NameLength, 1);
                if (name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-')))
                {
                    throw ApiException.BadRequest(
                        $"Invalid '{format.At("name")}': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.",
                        format.At("name"), "invalid_value");
                }

                return new(name, format.Object("schema")?.Raw ?? throw ApiException.Missing(format.At("schema")), format.Flag("strict") ?? false);
            case "json_object":
                return new("json_object", AnyObject, Strict: false);
            default:
                return null;
        }
    }
}
