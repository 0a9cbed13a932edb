using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using Cadre.Engine.Models;

namespace Cadre.Models.Wires.ChatCompletions;

/// <summary>Writes a conversation as messages.</summary>
internal sealed class ChatMessages(Utf8JsonWriter json, string endpoint, RequestShape shape)
{
    /// <summary>Where an invalid arguments string goes: servers that parse what the model once wrote would refuse the whole conversation for it.</summary>
    private const string InvalidArguments = "invalid_json";

    public void Write(string? instructions, IReadOnlyList<Message> messages)
    {
        json.WriteStartArray();
        if (!string.IsNullOrEmpty(instructions)) WriteText("system", instructions);
        foreach (var message in messages)
        {
            switch (message)
            {
                case Message.User user:
                    WriteUser(user.Content);
                    break;
                case Message.Developer developer:
                    WriteText(shape.DeveloperAsUser ? "user" : "system", developer.Text);
                    break;
                case Message.Assistant assistant:
                    WriteAssistant(assistant);
                    break;
                case Message.ToolOutput output:
                    json.WriteStartObject();
                    json.WriteString("role", "tool");
                    json.WriteString("tool_call_id", output.CallId);
                    json.WriteString("content", output.Output);
                    json.WriteEndObject();
                    break;
                default:
                    throw new UnreachableException();
            }
        }

        json.WriteEndArray();
    }

    private void WriteText(string role, string text)
    {
        json.WriteStartObject();
        json.WriteString("role", role);
        json.WriteString("content", text);
        json.WriteEndObject();
    }

    private void WriteUser(ImmutableArray<Content> content)
    {
        if (content is [Content.Text only])
        {
            WriteText("user", only.Value);
            return;
        }

        json.WriteStartObject();
        json.WriteString("role", "user");
        json.WriteStartArray("content");
        foreach (var part in content)
        {
            json.WriteStartObject();
            switch (part)
            {
                case Content.Text text:
                    json.WriteString("type", "text");
                    json.WriteString("text", text.Value);
                    break;
                case Content.Image image:
                    json.WriteString("type", "image_url");
                    json.WriteStartObject("image_url");
                    json.WriteString("url", image.Url);
                    if (image.Detail is { } detail) json.WriteString("detail", detail);
                    json.WriteEndObject();
                    break;
                case Content.File file:
                    json.WriteString("type", "file");
                    json.WriteStartObject("file");
                    json.WriteString("file_id", file.FileId);
                    json.WriteEndObject();
                    break;
                default:
                    throw new UnreachableException();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteAssistant(Message.Assistant assistant)
    {
        var extras = ProviderExtras.Of(assistant.Raw, ChatCompletionsWire.Name, endpoint);
        json.WriteStartObject();
        json.WriteString("role", "assistant");
        if (assistant.Text.Length == 0 && !assistant.Calls.IsEmpty) json.WriteNull("content");
        else json.WriteString("content", assistant.Text);
        if (!assistant.Calls.IsEmpty)
        {
            json.WriteStartArray("tool_calls");
            foreach (var call in assistant.Calls) WriteCall(call, extras);
            json.WriteEndArray();
        }

        if (extras?.TryGetProperty("message", out var members) is true) WriteMembers(members);
        json.WriteEndObject();
    }

    private void WriteCall(ToolRequest call, JsonElement? extras)
    {
        json.WriteStartObject();
        json.WriteString("id", call.CallId);
        json.WriteString("type", "function");
        json.WriteStartObject("function");
        json.WriteString("name", call.Tool);
        json.WriteString("arguments", Valid(call.Arguments));
        json.WriteEndObject();
        if (extras?.TryGetProperty("calls", out var calls) is true && calls.TryGetProperty(call.CallId, out var members)) WriteMembers(members);
        json.WriteEndObject();
    }

    private void WriteMembers(JsonElement members)
    {
        foreach (var member in members.EnumerateObject())
            if (!shape.Dropped.Contains(member.Name)) member.WriteTo(json);
    }

    private static string Valid(string arguments)
    {
        try
        {
            using var document = JsonDocument.Parse(arguments);
            if (document.RootElement.ValueKind == JsonValueKind.Object) return arguments;
        }
        catch (JsonException)
        {
            // Falls through to the wrapped form.
        }

        return arguments.Length == 0 ? "{}" : $$"""{"{{InvalidArguments}}":"{{JsonEncodedText.Encode(arguments)}}"}""";
    }
}
