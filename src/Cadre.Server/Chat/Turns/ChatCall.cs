using System.Text.Json;
using Cadre.Engine.Models;
using Cadre.Engine.Tools;
using Cadre.Server.Threads;

namespace Cadre.Server.Chat.Turns;

/// <summary>A tool call as the chat shows it: <c>{"tool_name", "input", "result"}</c>. Pure.</summary>
/// <param name="Input">JSON text as the model wrote it.</param>
/// <param name="Output">For the model; null while there is none.</param>
/// <param name="Structured">What the tool gave beside it.</param>
internal readonly record struct ChatCall(string CallId, string Tool, string Input, string? Output, bool Succeeded, JsonElement? Structured)
{
    private const string NotMade = "The call was not made.";

    public static ChatCall Of(ToolRequest request, ToolResult? result) =>
        new(request.CallId, request.Tool, request.Arguments, result?.Output, result?.Status == ToolStatus.Succeeded, result?.Structured);

    public static ChatCall Of(ItemBody.Called call, ItemBody.Returned? returned) =>
        new(call.CallId, call.Tool, call.Arguments, returned?.Output, returned?.Succeeded ?? false, returned?.Result);

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        WriteAsked(json);
        WriteResult(json);
        json.WriteEndObject();
    }

    public void WriteAsked(Utf8JsonWriter json)
    {
        json.WriteString("tool_name", Tool);
        json.WritePropertyName("input");
        WriteInput(json, Input);
    }

    /// <summary>The arguments as an object; what a model wrote that is none, as the text in one.</summary>
    public static void WriteInput(Utf8JsonWriter json, string arguments)
    {
        try
        {
            using var document = JsonDocument.Parse(arguments);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                document.RootElement.WriteTo(json);
                return;
            }
        }
        catch (JsonException)
        {
            // Shown as it came: the call's result says what was wrong with it.
        }

        json.WriteStartObject();
        if (arguments.Length > 0) json.WriteString("text", arguments);
        json.WriteEndObject();
    }

    public void WriteResult(Utf8JsonWriter json)
    {
        json.WritePropertyName("result");
        if (Structured is { ValueKind: JsonValueKind.Object } structured && (Succeeded || structured.TryGetProperty("success", out _)))
        {
            structured.WriteTo(json);
            return;
        }

        json.WriteStartObject();
        json.WriteBoolean("success", Succeeded);
        json.WriteString(Succeeded ? "output" : "message", Output ?? NotMade);
        json.WriteEndObject();
    }
}
