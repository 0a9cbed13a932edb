using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cadre.Wire.ChatKit;

/// <summary>An event of the self-hosted protocol; sent as data without a name.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(ThreadCreated), "thread.created")]
[JsonDerivedType(typeof(ThreadUpdated), "thread.updated")]
[JsonDerivedType(typeof(ItemAdded), "thread.item.added")]
[JsonDerivedType(typeof(ItemUpdated), "thread.item.updated")]
[JsonDerivedType(typeof(ItemDone), "thread.item.done")]
[JsonDerivedType(typeof(ItemRemoved), "thread.item.removed")]
[JsonDerivedType(typeof(StreamOptions), "stream_options")]
[JsonDerivedType(typeof(ProgressUpdate), "progress_update")]
[JsonDerivedType(typeof(StreamError), "error")]
public abstract record ChatEvent
{
    public sealed record ThreadCreated(ChatThread Thread) : ChatEvent;

    public sealed record ThreadUpdated(ChatThread Thread) : ChatEvent;

    public sealed record ItemAdded(ChatItem Item) : ChatEvent;

    public sealed record ItemUpdated(string ItemId, ChatUpdate Update) : ChatEvent;

    public sealed record ItemDone(ChatItem Item) : ChatEvent;

    public sealed record ItemRemoved(string ItemId) : ChatEvent;

    public sealed record StreamOptions([property: JsonPropertyName("stream_options")] ChatStreamOptions Options) : ChatEvent;

    public sealed record ProgressUpdate(string? Icon, string Text) : ChatEvent;

    /// <param name="Code">"stream.error" has a text of the client's own; "custom" shows <paramref name="Message"/>.</param>
    public sealed record StreamError(string Code, string? Message, bool AllowRetry) : ChatEvent;
}

public sealed record ChatStreamOptions(bool AllowCancel);

[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(PartAdded), "assistant_message.content_part.added")]
[JsonDerivedType(typeof(TextDelta), "assistant_message.content_part.text_delta")]
[JsonDerivedType(typeof(PartDone), "assistant_message.content_part.done")]
public abstract record ChatUpdate(int ContentIndex)
{
    public sealed record PartAdded(int ContentIndex, ChatText Content) : ChatUpdate(ContentIndex);

    public sealed record TextDelta(int ContentIndex, string Delta) : ChatUpdate(ContentIndex);

    public sealed record PartDone(int ContentIndex, ChatText Content) : ChatUpdate(ContentIndex);
}

/// <param name="CreatedAt">ISO 8601.</param>
public sealed record ChatThread(string Id, string CreatedAt, string? Title, ChatKitStatus Status, IReadOnlyDictionary<string, string> Metadata, ChatPage<ChatItem> Items);

public sealed record ChatPage<T>(IReadOnlyList<T> Data, bool HasMore, string? After);

/// <summary>An item of a thread, as the self-hosted protocol shows it.</summary>
/// <param name="CreatedAt">ISO 8601.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(UserWords), "user_message")]
[JsonDerivedType(typeof(AssistantWords), "assistant_message")]
[JsonDerivedType(typeof(ToolCall), "client_tool_call")]
[JsonDerivedType(typeof(TaskDone), "task")]
public abstract record ChatItem(string Id, string ThreadId, string CreatedAt)
{
    /// <param name="Content">As the client wrote it.</param>
    public sealed record UserWords(string Id, string ThreadId, string CreatedAt, JsonElement Content, IReadOnlyList<ChatKitAttachment> Attachments, string? QuotedText, JsonElement InferenceOptions)
        : ChatItem(Id, ThreadId, CreatedAt);

    public sealed record AssistantWords(string Id, string ThreadId, string CreatedAt, IReadOnlyList<ChatText> Content) : ChatItem(Id, ThreadId, CreatedAt);

    /// <param name="Status">pending or completed.</param>
    public sealed record ToolCall(string Id, string ThreadId, string CreatedAt, string CallId, string Name, JsonElement Arguments, JsonElement? Output, string Status)
        : ChatItem(Id, ThreadId, CreatedAt);

    public sealed record TaskDone(string Id, string ThreadId, string CreatedAt, ChatTask Task) : ChatItem(Id, ThreadId, CreatedAt);
}

public sealed record ChatText(string Text, IReadOnlyList<ChatAnnotation> Annotations)
{
    public string Type { get; init; } = "output_text";
}

/// <param name="Index">Where in the text it belongs.</param>
public sealed record ChatAnnotation(ChatFileSource Source, int? Index)
{
    public string Type { get; init; } = "annotation";
}

public sealed record ChatFileSource(string Title, string Filename)
{
    public string Type { get; init; } = "file";
}

/// <param name="Type">custom or thought.</param>
public sealed record ChatTask(string Type, string? Title, string? Content, string StatusIndicator = "complete");

/// <summary>An upload in two steps: the bytes are posted to <paramref name="UploadUrl"/> as a form's "file".</summary>
/// <param name="Type">image or file.</param>
public sealed record ChatAttachment(string Id, string Type, string Name, string MimeType, string? UploadUrl, string? PreviewUrl);
