using System.Text.Json.Serialization;

namespace Cadre.Wire.Assistants;

/// <summary>The <c>thread.message</c> object.</summary>
public sealed record MessageObject
{
    public required string Id { get; init; }
    public string Object { get; } = "thread.message";
    public required long CreatedAt { get; init; }
    public string? AssistantId { get; init; }
    public required string ThreadId { get; init; }
    public string? RunId { get; init; }

    /// <summary>"in_progress", "incomplete" or "completed".</summary>
    public required string Status { get; init; }

    public Reason? IncompleteDetails { get; init; }
    public long? CompletedAt { get; init; }
    public long? IncompleteAt { get; init; }

    /// <summary>"user" or "assistant".</summary>
    public required string Role { get; init; }

    public required IReadOnlyList<MessageContent> Content { get; init; }
    public required IReadOnlyList<MessageAttachment> Attachments { get; init; }
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }
}

/// <summary>Why something is incomplete.</summary>
[method: JsonConstructor]
public sealed record Reason([property: JsonPropertyName("reason")] string Text);

public sealed record MessageAttachment(string FileId, IReadOnlyList<TypedObject> Tools);

/// <summary>An object of which only the type is known.</summary>
public sealed record TypedObject(string Type);

[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(OfText), "text")]
[JsonDerivedType(typeof(OfImageFile), "image_file")]
[JsonDerivedType(typeof(OfImageUrl), "image_url")]
[JsonDerivedType(typeof(OfRefusal), "refusal")]
public abstract record MessageContent
{
    private MessageContent() { }

    public sealed record OfText(MessageText Text) : MessageContent;

    public sealed record OfImageFile(ImageFile ImageFile) : MessageContent;

    public sealed record OfImageUrl(ImageUrl ImageUrl) : MessageContent;

    public sealed record OfRefusal(string Refusal) : MessageContent;
}

public sealed record MessageText(string Value, IReadOnlyList<TextAnnotation> Annotations);

/// <param name="Detail">"auto", "low" or "high".</param>
public sealed record ImageFile(string FileId, string Detail);

/// <inheritdoc cref="ImageFile"/>
public sealed record ImageUrl(string Url, string Detail);

[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(OfCitation), "file_citation")]
[JsonDerivedType(typeof(OfPath), "file_path")]
public abstract record TextAnnotation
{
    private TextAnnotation() { }

    /// <summary>Position among the annotations: only in deltas.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Index { get; init; }

    /// <summary>The marker in the text.</summary>
    public required string Text { get; init; }

    public required int StartIndex { get; init; }
    public required int EndIndex { get; init; }

    public sealed record OfCitation(FileReference FileCitation) : TextAnnotation;

    public sealed record OfPath(FileReference FilePath) : TextAnnotation;
}

public sealed record FileReference(string FileId);
