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

    /// <param name="mayBeEmpty">For messages that were written elsewhere: theirs is whatever it is.</param>
    public static ThreadItem Read(Fields message, DateTimeOffset now, bool mayBeEmpty = false)
    {
        if (message.Text("role") is null) throw ApiException.Missing(message.At("role"));
        var speaker = message.Word("role", "user", "assistant") == "assistant" ? Speaker.Assistant : Speaker.User;
        return new(Ids.New(), new ItemBody.Said(speaker, Content(message, mayBeEmpty)) { Attachments = Attachments(message) })
        {
            CreatedAt = now,
            Metadata = message.Metadata()?.ToImmutableDictionary(StringComparer.Ordinal),
        };
    }

    /// <summary>The messages in a member; empty when it is absent.</summary>
    public static IReadOnlyList<ThreadItem> ReadAll(Fields body, string name, DateTimeOffset now) =>
        body.Objects(name, ThreadForm.MaxMessages) is { } messages ? [.. messages.Select(message => Read(message, now))] : [];

    private static ImmutableArray<Part> Content(Fields message, bool mayBeEmpty)
    {
        if (message.Any("content") is not { } content) throw ApiException.Missing(message.At("content"));
        if (content.ValueKind == JsonValueKind.String) return [new Part.Text(Checked(message.RequiredText("content", MaxText), message.At("content"), mayBeEmpty))];
        if (content.ValueKind != JsonValueKind.Array) throw ApiException.WrongType(message.At("content"), "one of a string or an array of objects", Fields.Kind(content));
        var parts = message.Objects("content", MaxParts)!;
        return parts.Count == 0 && !mayBeEmpty ? throw Empty(message.At("content")) : [.. parts.Select(part => ReadPart(part, mayBeEmpty))];
    }

    private static Part ReadPart(Fields part, bool mayBeEmpty)
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
                if (part.Any("text") is not { ValueKind: JsonValueKind.Object }) return new Part.Text(Checked(part.RequiredText("text", MaxText), part.At("text"), mayBeEmpty));

                // What a message was read with, sent back by programs that copy messages.
                var text = part.Object("text")!.Value;
                return new Part.Text(Checked(text.RequiredText("value", MaxText), text.At("value"), mayBeEmpty)) { Annotations = Annotations(text) };
        }
    }

    private static string? Detail(Fields image) => image.Word("detail", "auto", "low", "high");

    private static ImmutableArray<Attachment> Attachments(Fields message)
    {
        var attachments = ImmutableArray.CreateBuilder<Attachment>();
        foreach (var attachment in message.Objects("attachments", MaxAttachments) ?? [])
        {
            var tools = attachment.Objects("tools", MaxAttachments) ?? [];
            attachments.Add(new(AssistantIds.BareFile(attachment.RequiredText("file_id", Fields.MetadataValueLength, 1)), [.. tools.Select(TypeOf)]));
        }

        // Version 1 had files of a message, for whatever tool the assistant has.
        foreach (var file in message.Texts("file_ids", MaxAttachments) ?? [])
            attachments.Add(new(AssistantIds.BareFile(file), [HostedToolSettings.FileSearch, HostedToolSettings.CodeInterpreter]));
        return attachments.ToImmutable();
    }

    private static string TypeOf(Fields tool)
    {
        if (tool.Text("type") is null) throw ApiException.Missing(tool.At("type"));
        return tool.Word("type", HostedToolSettings.CodeInterpreter, HostedToolSettings.FileSearch)!;
    }

    private static ImmutableArray<Annotation> Annotations(Fields text)
    {
        var annotations = ImmutableArray.CreateBuilder<Annotation>();
        foreach (var annotation in text.Objects("annotations", MaxParts) ?? [])
        {
            var citation = annotation.Object("file_citation");
            if ((citation ?? annotation.Object("file_path"))?.Text("file_id", Fields.MetadataValueLength) is not { } file) continue;
            annotations.Add(new(
                citation is null ? "path" : "citation",
                AssistantIds.BareFile(file),
                "",
                annotation.Text("text", Fields.MetadataValueLength) ?? "",
                (int)(annotation.Integer("start_index", 0, MaxText) ?? 0),
                (int)(annotation.Integer("end_index", 0, MaxText) ?? 0)));
        }

        return annotations.ToImmutable();
    }

    private static string Checked(string text, string parameter, bool mayBeEmpty) => text.Length > 0 || mayBeEmpty ? text : throw Empty(parameter);

    private static ApiException Empty(string parameter) => ApiException.BadRequest("Message content must be non-empty.", parameter);
}
