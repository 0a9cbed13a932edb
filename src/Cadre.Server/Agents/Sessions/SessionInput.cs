using System.Collections.Immutable;
using System.Text.Json;
using Cadre.Engine.Tools;
using Cadre.Server.Http;
using Cadre.Server.Threads;

namespace Cadre.Server.Agents.Sessions;

/// <summary>What callers give a session: messages, and the results of their functions.</summary>
internal static class SessionInput
{
    private const int MaxMessages = 100;
    private const int MaxParts = 1_000;
    private const int MaxText = 1 << 20;
    private const int MaxOutput = 1 << 20;

    /// <summary>Text, or messages. Null when the member is absent.</summary>
    public static ImmutableArray<ThreadItem>? Read(Fields body, string name, DateTimeOffset at)
    {
        if (body.Any(name) is not { } input) return null;
        if (input.ValueKind == JsonValueKind.String) return [Message([new Part.Text(body.RequiredText(name, MaxText, 1))], at)];
        var messages = body.Objects(name, MaxMessages)!;
        if (messages.Count == 0) throw ApiException.BadRequest($"Invalid '{body.At(name)}': there must be at least one message.", body.At(name), "empty_array");
        return [.. messages.Select(message => Message(message, at))];
    }

    /// <summary>The outcome of a call that the caller made.</summary>
    public static ToolResult Result(Fields result)
    {
        if (result.Flag("success") is not { } success) throw ApiException.Missing(result.At("success"));
        if (!success) return ToolResult.Failed(result.Text("error", MaxOutput) ?? "The function failed.");
        if (result.Any("output") is not { } output) return ToolResult.Ok("");
        if (output.ValueKind == JsonValueKind.String) return ToolResult.Ok(result.RequiredText("output", MaxOutput));
        var texts = result.Objects("output", MaxParts)!.Select(part => Content(part) switch
        {
            Part.Text text => text.Value,
            _ => "[image]",
        });
        return ToolResult.Ok(string.Join('\n', texts), output);
    }

    private static ThreadItem Message(Fields message, DateTimeOffset at)
    {
        if (message.Word("type", "message") is null && message.Has("type")) throw ApiException.Missing(message.At("type"));
        if (message.Word("role", "user") is null) throw ApiException.Missing(message.At("role"));
        if (message.Any("content") is { ValueKind: JsonValueKind.String }) return Message([new Part.Text(message.RequiredText("content", MaxText, 1))], at);
        var parts = message.Objects("content", MaxParts) ?? throw ApiException.Missing(message.At("content"));
        if (parts.Count == 0) throw ApiException.BadRequest($"Invalid '{message.At("content")}': there must be at least one part.", message.At("content"), "empty_array");
        return Message([.. parts.Select(Content)], at);
    }

    private static Part Content(Fields part)
    {
        switch (part.Word("type", "input_text", "input_image"))
        {
            case "input_text":
                return new Part.Text(part.RequiredText("text", MaxText));
            case "input_image":
                var url = part.RequiredText("image_url", RequestBody.MaxBytes, 1);
                return url.StartsWith("data:image/", StringComparison.Ordinal) || Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is ("http" or "https")
                    ? new Part.Image(null, url, null)
                    : throw ApiException.BadRequest($"Invalid '{part.At("image_url")}': expected an http or https address, or a data URL of an image.", part.At("image_url"), "invalid_value");
            default:
                throw ApiException.Missing(part.At("type"));
        }
    }

    private static ThreadItem Message(ImmutableArray<Part> parts, DateTimeOffset at) => new(Ids.New(), new ItemBody.Said(Speaker.User, parts)) { CreatedAt = at };
}
