using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Cadre.Cli.Terminals;
using Cadre.Engine.Models;

namespace Cadre.Cli.Rendering;

/// <summary>A call as a person reads it.</summary>
internal static class CallText
{
    private const int ValueLength = 60;
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One line: <c>read_file path=README.md</c>.</summary>
    public static string Of(ToolRequest request, int length)
    {
        var text = new StringBuilder(request.Tool);
        if (Parse(request.Arguments) is { } document)
        {
            using (document)
            {
                foreach (var argument in document.RootElement.EnumerateObject())
                {
                    if (text.Length > length) break;
                    text.Append(' ').Append(argument.Name).Append('=').Append(Short(argument.Value));
                }
            }
        }
        else
        {
            text.Append(' ').Append(request.Arguments);
        }

        return TerminalText.Line(text.ToString(), length);
    }

    /// <summary>The exact arguments on lines of their own; as they were written when they are not JSON.</summary>
    public static string Whole(ToolRequest request)
    {
        if (Parse(request.Arguments) is not { } document) return request.Arguments;
        using (document)
        {
            using var buffer = new MemoryStream();
            using (var json = new Utf8JsonWriter(buffer, Indented)) document.RootElement.WriteTo(json);
            return Encoding.UTF8.GetString(buffer.ToArray());
        }
    }

    private static string Short(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => TerminalText.Line(value.GetString()!, ValueLength),
        JsonValueKind.Array when value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) =>
            TerminalText.Line(string.Join(' ', value.EnumerateArray().Select(item => item.GetString())), ValueLength),
        _ => TerminalText.Line(value.GetRawText(), ValueLength),
    };

    private static JsonDocument? Parse(string arguments)
    {
        try
        {
            var document = JsonDocument.Parse(arguments);
            if (document.RootElement.ValueKind == JsonValueKind.Object) return document;
            document.Dispose();
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
