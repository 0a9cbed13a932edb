using System.Collections.Immutable;
using System.Text.Json;
using Cadre.Engine.Models;
using Cadre.Server.Http;

namespace Cadre.Server.ChatCompletions;

/// <summary>The <c>messages</c> of a request as a conversation.</summary>
internal static class ChatMessages
{
    public const int MaxMessages = 4_096;
    private const int MaxParts = 256;

    public static ImmutableArray<Message> Read(Fields body)
    {
        var given = body.Objects("messages", MaxMessages) ?? throw ApiException.Missing("messages");
        if (given.Count == 0)
            throw ApiException.BadRequest("Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.", "messages", "empty_array");
        var messages = ImmutableArray.CreateBuilder<Message>(given.Count);
        foreach (var message in given) messages.Add(One(message));
        return messages[^1] is Message.Assistant
            ? throw ApiException.BadRequest("The last message is the assistant's; an agent answers a user, a tool or a developer.", given[^1].At("role"), "invalid_value")
            : messages.MoveToImmutable();
    }

    private static Message One(Fields message)
    {
        _ = message.RequiredText("role");
        switch (message.Word("role", "system", "developer", "user", "assistant", "tool"))
        {
            case "user":
                return new Message.User(Content(message));
            case "assistant":
                var calls = message.Objects("tool_calls", Cadre.Engine.Runs.RunLimits.CallsPerTurn) ?? [];
                var text = message.Any("content") is null ? message.Text("refusal") ?? "" : Text(message);
                return new Message.Assistant(text, [.. calls.Select(Call)]);
            case "tool":
                return new Message.ToolOutput(message.RequiredText("tool_call_id"), Text(message));
            default:
                return new Message.Developer(Text(message));
        }
    }

    private static ToolRequest Call(Fields call)
    {
        var function = call.Object("function") ?? throw ApiException.Missing(call.At("function"));
        return new(call.RequiredText("id"), function.RequiredText("name"), function.RequiredText("arguments"));
    }

    private static string Text(Fields message) => string.Concat(Content(message).OfType<Content.Text>().Select(text => text.Value));

    private static ImmutableArray<Content> Content(Fields message)
    {
        if (message.Any("content") is not { } content) throw ApiException.Missing(message.At("content"));
        return content.ValueKind switch
        {
            JsonValueKind.String => [new Content.Text(content.GetString()!)],
            JsonValueKind.Array => [.. message.Objects("content", MaxParts)!.Select(Part)],
            _ => throw ApiException.WrongType(message.At("content"), "one of a string or array of objects", Fields.Kind(content)),
        };
    }

    private static Content Part(Fields part)
    {
        var type = part.RequiredText("type");
        switch (type)
        {
            case "text":
                return new Content.Text(part.RequiredText("text"));
            case "refusal":
                return new Content.Text(part.RequiredText("refusal"));
            case "image_url":
                var image = part.Object("image_url") ?? throw ApiException.Missing(part.At("image_url"));
                return new Content.Image(image.RequiredText("url"), image.Text("detail"));
            case "file":
                var file = part.Object("file") ?? throw ApiException.Missing(part.At("file"));
                return new Content.File(file.Text("file_id") ?? file.RequiredText("file_data"), file.Text("filename"));
            default:
                throw ApiException.WrongValue(part.At("type"), type, "text", "image_url", "file", "refusal");
        }
    }
}
