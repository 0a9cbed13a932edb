using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using Cadre.Engine.Models;

namespace Cadre.Models.Wires.Responses;

/// <summary>Writes a conversation as input items.</summary>
internal sealed class ResponsesInput(Utf8JsonWriter json, string endpoint, RequestShape shape)
{
    public void Write(IReadOnlyList<Message> messages)
    {
        json.WriteStartArray();
        foreach (var message in messages)
        {
            switch (message)
            {
                case Message.User user:
                    WriteUser(user.Content);
                    break;
                case Message.Developer developer:
                    WriteText(shape.DeveloperAsUser ? "user" : "developer", developer.Text);
                    break;
                case Message.Assistant assistant:
                    WriteAssistant(assistant);
                    break;
                case Message.ToolOutput output:
                    json.WriteStartObject();
                    json.WriteString("type", "function_call_output");
                    json.WriteString("call_id", output.CallId);
                    json.WriteString("output", output.Output);
                    json.WriteEndObject();
                    break;
                default:
                    throw new UnreachableException();
            }
        }

        json.WriteEndArray();
    }

    private void WriteUser(ImmutableArray<Content> content)
    {
        if (content is [Content.Text only])
        {
            WriteText("user", only.Value);
            return;
        }

        json.WriteStartObject();
        json.WriteString("type", "message");
        json.WriteString("role", "user");
        json.WriteStartArray("content");
        foreach (var part in content)
        {
            json.WriteStartObject();
            switch (part)
            {
                case Content.Text text:
                    json.WriteString("type", "input_text");
                    json.WriteString("text", text.Value);
                    break;
                case Content.Image image:
                    json.WriteString("type", "input_image");
                    json.WriteString("image_url", image.Url);
                    json.WriteString("detail", image.Detail ?? "auto");
                    break;
                case Content.File file:
                    json.WriteString("type", "input_file");
                    json.WriteString("file_id", file.FileId);
                    break;
                default:
                    throw new UnreachableException();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteText(string role, string text)
    {
        json.WriteStartObject();
        json.WriteString("type", "message");
        json.WriteString("role", role);
        json.WriteString("content", text);
        json.WriteEndObject();
    }

    /// <summary>The provider's own items where they still say what the message says; an edited message is written anew, without them.</summary>
    private void WriteAssistant(Message.Assistant assistant)
    {
        if (ProviderExtras.Of(assistant.Raw, ResponsesWire.Name, endpoint) is { } extras && extras.TryGetProperty("items", out var raw) && raw.ValueKind == JsonValueKind.Array)
        {
            var items = raw.EnumerateArray().ToArray();
            if (ResponsesItems.Read(items).Says(assistant))
            {
                foreach (var item in items.Where(ResponsesItems.CanBeGivenBack)) item.WriteTo(json);
                return;
            }
        }

        if (assistant.Text.Length > 0 || assistant.Calls.IsEmpty) WriteText("assistant", assistant.Text);
        foreach (var call in assistant.Calls)
        {
            json.WriteStartObject();
            json.WriteString("type", "function_call");
            json.WriteString("call_id", call.CallId);
            json.WriteString("name", call.Tool);
            json.WriteString("arguments", call.Arguments);
            json.WriteEndObject();
        }
    }
}
