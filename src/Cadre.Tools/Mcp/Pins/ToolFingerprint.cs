using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ModelContextProtocol.Protocol;

namespace Cadre.Tools.Mcp.Pins;

/// <summary>Everything of a tool's definition that a model or a person is told, in one canonical form (names sorted), and its hash.</summary>
internal static class ToolFingerprint
{
    private static readonly JsonWriterOptions Canonical = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static string Definition(Tool tool)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Canonical))
        {
            writer.WriteStartObject();
            if (tool.Annotations is { } hints) WriteHints(writer, hints);
            if (tool.Description is { } description) writer.WriteString("description", description);
            writer.WritePropertyName("inputSchema");
            Write(writer, tool.InputSchema);
            writer.WriteString("name", tool.Name);
            if (tool.OutputSchema is { } output)
            {
                writer.WritePropertyName("outputSchema");
                Write(writer, output);
            }

            if (tool.Title is { } title) writer.WriteString("title", title);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    public static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    public static string HintText(ToolAnnotations? hints) => hints is null ? "" : string.Join(", ", Hints(hints)
        .Where(hint => hint.Value is not null).Select(hint => $"{hint.Name}={(hint.Value!.Value ? "true" : "false")}"));

    private static (string Name, bool? Value)[] Hints(ToolAnnotations hints) =>
    [
        ("destructiveHint", hints.DestructiveHint), ("idempotentHint", hints.IdempotentHint), ("openWorldHint", hints.OpenWorldHint), ("readOnlyHint", hints.ReadOnlyHint),
    ];

    private static void WriteHints(Utf8JsonWriter writer, ToolAnnotations hints)
    {
        writer.WriteStartObject("annotations");
        foreach (var (name, value) in Hints(hints))
        {
            if (value is { } hint) writer.WriteBoolean(name, hint);
        }

        if (hints.Title is { } title) writer.WriteString("title", title);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in value.EnumerateObject().OrderBy(property => property.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(property.Name);
                    Write(writer, property.Value);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray()) Write(writer, item);
                writer.WriteEndArray();
                break;
            case JsonValueKind.Undefined:
                writer.WriteNullValue();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }
}
