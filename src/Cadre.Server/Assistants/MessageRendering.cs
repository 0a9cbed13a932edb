using Cadre.Server.Threads;
using Cadre.Wire.Assistants;

namespace Cadre.Server.Assistants;

/// <summary>Items of a thread as messages. Pure.</summary>
internal static class MessageRendering
{
    public const string InProgress = "in_progress";
    public const string Completed = "completed";
    public const string Incomplete = "incomplete";

    /// <summary>What was said by user or assistant; calls, their outputs and an operator's instructions are no messages.</summary>
    public static bool IsMessage(ThreadItem item) => item.Body is ItemBody.Said { Speaker: Speaker.User or Speaker.Assistant };

    /// <param name="thread">Bare.</param>
    public static MessageObject Render(ThreadItem item, string thread)
    {
        var said = (ItemBody.Said)item.Body;
        var at = item.CreatedAt.ToUnixTimeSeconds();
        return new()
        {
            Id = AssistantIds.Message + item.Id,
            CreatedAt = at,
            AssistantId = item.Agent is { } agent ? AssistantIds.Assistant + agent : null,
            ThreadId = AssistantIds.Thread + thread,
            RunId = item.Run is { } run ? AssistantIds.Run + run : null,
            Status = item.Incomplete ? Incomplete : Completed,
            IncompleteDetails = item.Incomplete ? new("max_tokens") : null,
            CompletedAt = item.Incomplete ? null : at,
            IncompleteAt = item.Incomplete ? at : null,
            Role = said.Speaker == Speaker.User ? "user" : "assistant",
            Content = Content(said.Parts),
            Attachments = Attachments(said),
            Metadata = item.Metadata ?? JsonValues.NoMetadata,
        };
    }

    public static IReadOnlyList<TextAnnotation> Annotations(IReadOnlyList<Annotation> annotations)
    {
        var list = new TextAnnotation[annotations.Count];
        for (var i = 0; i < list.Length; i++)
        {
            var annotation = annotations[i];
            var file = new FileReference(AssistantIds.File + annotation.FileId);
            list[i] = annotation.Kind == "path"
                ? new TextAnnotation.OfPath(file) { Text = annotation.Marker, StartIndex = annotation.Start, EndIndex = annotation.End }
                : new TextAnnotation.OfCitation(file) { Text = annotation.Marker, StartIndex = annotation.Start, EndIndex = annotation.End };
        }

        return list;
    }

    private static List<MessageContent> Content(IReadOnlyList<Part> parts)
    {
        var content = new List<MessageContent>(parts.Count);
        foreach (var part in parts)
        {
            switch (part)
            {
                case Part.Text text:
                    content.Add(new MessageContent.OfText(new(text.Value, Annotations(text.Annotations))));
                    break;
                case Part.Image { FileId: { } file } image:
                    content.Add(new MessageContent.OfImageFile(new(AssistantIds.File + file, image.Detail ?? "auto")));
                    break;
                case Part.Image { Url: { } url } image:
                    content.Add(new MessageContent.OfImageUrl(new(url, image.Detail ?? "auto")));
                    break;
                case Part.Refusal refusal:
                    content.Add(new MessageContent.OfRefusal(refusal.Value));
                    break;
            }
        }

        return content;
    }

    /// <summary>Files that another protocol has among the parts are attachments here.</summary>
    private static List<MessageAttachment> Attachments(ItemBody.Said said)
    {
        var attachments = new List<MessageAttachment>(said.Attachments.Length);
        foreach (var attachment in said.Attachments)
            attachments.Add(new(AssistantIds.File + attachment.FileId, [.. attachment.Tools.Select(tool => new TypedObject(tool))]));
        foreach (var part in said.Parts)
        {
            if (part is Part.File { FileId: { } file }) attachments.Add(new(AssistantIds.File + file, []));
        }

        return attachments;
    }
}
