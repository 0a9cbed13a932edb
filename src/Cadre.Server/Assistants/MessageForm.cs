using System.Collections.Immutable;
using System.Text.Json;
using Cadre.Server.HostedTools;
using Cadre.Server.Http;
using Cadre.Server.Threads;

namespace Cadre.Server.Assistants;

/// <summary>Messages out of requests, as items of a thread.</summary>
internal static class MessageForm
{
    public const int MaxText = 256_000;
    public const int MaxParts = 1_000;
    public const int MaxAttachments = 100;

    public static ThreadItem Read(Fields message, DateTimeOffset now)
    {
        if (message.Text("role") is null) throw ApiException.Missing(message.At("role"));
        var speaker = message.Word("role", "user", "assistant") == "assistant" ? Speaker.Assistant : Speaker.User;
        return new(Ids.New(), new ItemBody.Said(speaker, Content(message)) { Attachments = Attachments(message) })
        {
            CreatedAt = now,
            Metadata = message.Metadata()?.ToImmutableDictionary(StringComparer.Ordinal),
        };
    }

    /// <summary>The messages in a member; empty when it is absent.</summary>
    public static IReadOnlyList<ThreadItem> ReadAll(Fields body, string name, DateTimeOffset now) =>
        body.Objects(name, ThreadForm.MaxMessages) is { } messages ? [.. messages.Select(message => Read(message, now))] : [];

    private static ImmutableArray<Part> Content(Fields message)
    {
        if (message.Any("content") is not { } content) throw ApiException.Missing(message.At("content"));
        if (content.ValueKind == JsonValueKind.String) return [new Part.Text(NonEmpty(message.RequiredText("content", MaxText), message.At("content")))];
        if (content.ValueKind != JsonValueKind.Array) throw ApiException.WrongType(message.At("content"), "one of a string or an array of objects", Fields.Kind(content));
        var parts = message.Objects("content", MaxParts)!;
        return parts.Count == 0 ? throw Empty(message.At("content")) : [.. parts.Select(ReadPart)];
    }

    private static Part ReadPart(Fields part)
    {
        if (part.Text("type") is null) throw ApiException.Missing(part.At("type"));
        switch (part.Word("type", "text", "image_file", "image_url"))
        {
            case "image_file":
                var file = part.Object("image_file") ?? throw ApiException.Missing(part.At("image_file"));
                return new Part.Image(AssistantIds.BareFile(file.RequiredText("file_id", Fields.MetadataValueLength, 1)), null, Detail(file));
            case "image_url":
                var url = part.Object("image_url") ?? throw ApiException.Missing(part.At("image_url"));
                return new Part.Image(null, url.RequiredText("url", minLength: 1), Detail(url));
            default:
                // What a message was read with: {"value": …}, sent back by programs that copy messages.
                var text = part.Any("text") is { ValueKind: JsonValueKind.Object } ? part.Object("text")!.Value.RequiredText("value", MaxText) : part.RequiredText("text", MaxText);
                return new Part.Text(NonEmpty(text, part.At("text")));
        }
    }

    private static string? Detail(Fields image) => image.Word("detail", "auto", "low", "high");

    private static ImmutableArray<Attachment> Attachments(Fields message)
    {
        var attachments = ImmutableArray.CreateBuilder<Attachment>();
        foreach (var attachment in message.Objects("attachments", MaxAttachments) ?? [])
        {
            var tools = attachment.Objects("tools", MaxAttachments) ?? [];
            attachments.Add(new(AssistantIds.BareFile(attachment.RequiredText("file_id", Fields.MetadataValueLength, 1)), [.. tools.Select(tool => tool.RequiredText("type", Fields.MetadataKeyLength))]));
        }

        // Version 1 had files of a message, for whatever tool the assistant has.
        foreach (var file in message.Texts("file_ids", MaxAttachments) ?? [])
            attachments.Add(new(AssistantIds.BareFile(file), [HostedToolSettings.FileSearch, HostedToolSettings.CodeInterpreter]));
        return attachments.ToImmutable();
    }

    private static string NonEmpty(string text, string parameter) => text.Length > 0 ? text : throw Empty(parameter);

    private static ApiException Empty(string parameter) => ApiException.BadRequest("Message content must be non-empty.", parameter);
}
