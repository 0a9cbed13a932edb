using System.Text;
using System.Text.Json;
using Cadre.Engine.Tools;
using ModelContextProtocol.Protocol;

namespace Cadre.Tools.Mcp.Calls;

/// <summary>A server's result as text for a model: words as they are, everything else described. What a server says is data, whatever it says.</summary>
internal static class ResultText
{
    public const int MaxChars = 1 << 20;
    public const int MaxStructuredChars = 256 << 10;
    public const int MaxBlocks = 256;

    public static ToolResult Of(CallToolResult result, SecretMask mask)
    {
        var text = new StringBuilder();
        foreach (var block in result.Content.Take(MaxBlocks))
        {
            if (text.Length > MaxChars) break;
            if (text.Length > 0) text.Append('\n');
            text.Append(Describe(block));
        }

        if (result.Content.Count > MaxBlocks) text.Append($"\n[… {result.Content.Count - MaxBlocks} more blocks]");
        var structured = result.StructuredContent is { ValueKind: not JsonValueKind.Undefined } value ? Clean(value, mask, text) : null;
        if (text.Length == 0 && structured is { } json) text.Append(json.GetRawText());
        var output = PlainText.Of(mask.Apply(text.ToString()), MaxChars);
        return result.IsError == true
            ? ToolResult.Failed(output.Length == 0 ? "The tool failed and gave no reason." : output)
            : ToolResult.Ok(output, structured);
    }

    private static string Describe(ContentBlock block) => block switch
    {
        TextContentBlock text => text.Text,
        ImageContentBlock image => $"[image, {image.MimeType}, {image.DecodedData.Length} bytes]",
        AudioContentBlock audio => $"[audio, {audio.MimeType}, {audio.DecodedData.Length} bytes]",
        EmbeddedResourceBlock { Resource: TextResourceContents resource } => $"[resource {resource.Uri}]\n{resource.Text}",
        EmbeddedResourceBlock { Resource: BlobResourceContents resource } => $"[resource {resource.Uri}, {resource.MimeType ?? "unknown type"}, {resource.DecodedData.Length} bytes]",
        ResourceLinkBlock link => $"[link {link.Uri}, {link.Name}{(link.Description is { } description ? $": {description}" : "")}]",
        _ => $"[{block.Type}: not shown]",
    };

    private static JsonElement? Clean(JsonElement value, SecretMask mask, StringBuilder text)
    {
        if (value.GetRawText().Length > MaxStructuredChars)
        {
            text.Append($"\n[structured content of more than {MaxStructuredChars} characters left out]");
            return null;
        }

        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer)) Write(writer, value, mask);
        return JsonElement.Parse(buffer.ToArray());
    }

    private static void Write(Utf8JsonWriter writer, JsonElement value, SecretMask mask)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in value.EnumerateObject())
                {
                    writer.WritePropertyName(Plain(property.Name, mask));
                    Write(writer, property.Value, mask);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray()) Write(writer, item, mask);
                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(Plain(value.GetString()!, mask));
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    private static string Plain(string text, SecretMask mask) => PlainText.Of(mask.Apply(text), MaxStructuredChars);
}
