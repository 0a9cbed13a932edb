using System.Collections.Immutable;
using System.Text.Json;
using Cadre.Server.Http;
using Cadre.Server.Threads;

namespace Cadre.Server.ChatKit;

/// <summary>A user's message as the protocol brings it.</summary>
internal static class ChatInput
{
    private const int MaxParts = 1_000;
    private const int MaxText = 1 << 20;
    private const int MaxAttachments = 100;

    /// <summary>Ids of the message's attachments, as the client wrote them.</summary>
    public static IReadOnlyList<string> Attachments(Fields input) => input.Texts("attachments", MaxAttachments) ?? [];

    /// <param name="attachments">Already looked up; their parts follow the text.</param>
    public static ThreadItem Read(Fields input, IReadOnlyList<ChatUpload> attachments, DateTimeOffset at)
    {
        var content = input.Objects("content", MaxParts) ?? throw ApiException.Missing(input.At("content"));
        var quoted = input.Text("quoted_text", MaxText);
        var parts = ImmutableArray.CreateBuilder<Part>();
        if (quoted is not null) parts.Add(new Part.Text($"(In reply to: \"{quoted}\")"));
        foreach (var part in content) parts.Add(new Part.Text(Text(part)));
        foreach (var attachment in attachments) parts.Add(attachment.IsImage ? new Part.Image(attachment.File, null, null) : new Part.File(attachment.File, Name: attachment.Name));
        if (parts.Count == 0) throw ApiException.BadRequest($"Invalid '{input.At("content")}': there must be at least one part.", input.At("content"), "empty_array");
        return new ThreadItem(Ids.New(), new ItemBody.Said(Speaker.User, parts.ToImmutable()))
        {
            CreatedAt = at,
            Extra = ChatView.With(null, new()
            {
                Content = input.Any("content"),
                QuotedText = quoted,
                InferenceOptions = input.Object("inference_options")?.Raw,
                Attachments = attachments.Count == 0 ? null : [.. attachments.Select(attachment => attachment.InMessage())],
            }),
        };
    }

    private static string Text(Fields part)
    {
        switch (part.Word("type", "input_text", "input_tag"))
        {
            case "input_text":
                return part.RequiredText("text", MaxText);
            case "input_tag":
                // The model is told what the tag stands for, as data.
                var data = part.Object("data") is { } details ? details.Raw.GetRawText() : "{}";
                return $"@{part.RequiredText("text", MaxText)} (id {JsonEncodedText.Encode(part.RequiredText("id", MaxText))}, {data})";
            default:
                throw ApiException.Missing(part.At("type"));
        }
    }
}
