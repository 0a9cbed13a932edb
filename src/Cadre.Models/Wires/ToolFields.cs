using System.Runtime.InteropServices;
using System.Text.Json;
using Cadre.Engine.Models;

namespace Cadre.Models.Wires;

/// <summary>What both wires say alike.</summary>
internal static class ToolFields
{
    /// <summary>The fields of a function, into an object that is already open.</summary>
    public static void Write(Utf8JsonWriter json, ToolDefinition tool, bool alwaysStrict, RequestShape shape)
    {
        json.WriteString("name", tool.Name);
        json.WriteString("description", tool.Description);
        json.WritePropertyName("parameters");
        // As it was read: it was JSON then, and some kilobytes in every request need not be taken apart and put together again.
        json.WriteRawValue(JsonMarshal.GetRawUtf8Value(tool.Parameters), skipInputValidation: true);
        if ((alwaysStrict || tool.Strict) && !shape.Dropped.Contains("strict")) json.WriteBoolean("strict", tool.Strict);
    }

    public static string Word(ToolChoiceMode mode) => mode switch
    {
        ToolChoiceMode.Auto => "auto",
        ToolChoiceMode.None => "none",
        ToolChoiceMode.Required or ToolChoiceMode.Named => "required",
    };

    /// <summary>The type, name, strictness and schema of a <c>json_schema</c> format, or <c>json_object</c>.</summary>
    public static void WriteSchema(Utf8JsonWriter json, OutputSchema output, RequestShape shape)
    {
        json.WriteString("name", output.Name);
        json.WriteBoolean("strict", output.Strict && !shape.LoosensSchema);
        json.WritePropertyName("schema");
        output.Schema.WriteTo(json);
    }
}
