using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cadre.Wire.ChatKit;

/// <summary>A chat session: what lets one end user talk to one agent for a while.</summary>
public sealed record ChatKitSessionObject
{
    public required string Id { get; init; }
    public string Object { get; init; } = "chatkit.session";

    /// <summary>Empty wherever it cannot be shown again.</summary>
    public required string ClientSecret { get; init; }

    public required long ExpiresAt { get; init; }
    public required string User { get; init; }
    public required ChatKitWorkflow Workflow { get; init; }
    public required ChatKitRateLimits RateLimits { get; init; }

    [JsonPropertyName("max_requests_per_1_minute")]
    public int MaxRequestsPerMinute => RateLimits.MaxRequestsPerMinute;

    /// <summary>active, expired or cancelled.</summary>
    public required string Status { get; init; }

    public required ChatKitConfiguration ChatkitConfiguration { get; init; }
}

public sealed record ChatKitWorkflow(string Id, string? Version, JsonElement? StateVariables, ChatKitSwitch Tracing);

public sealed record ChatKitSwitch(bool Enabled);

public sealed record ChatKitRateLimits([property: JsonPropertyName("max_requests_per_1_minute")] int MaxRequestsPerMinute);

public sealed record ChatKitConfiguration(ChatKitSwitch AutomaticThreadTitling, ChatKitFileUpload FileUpload, ChatKitHistory History);

/// <param name="MaxFileSize">Megabytes.</param>
public sealed record ChatKitFileUpload(bool Enabled, int? MaxFileSize, int? MaxFiles);

public sealed record ChatKitHistory(bool Enabled, int? RecentThreads);

public sealed record ChatKitThreadObject(string Id, long CreatedAt, string? Title, ChatKitStatus Status, string User)
{
    public string Object { get; init; } = "chatkit.thread";
}

/// <param name="Type">active, locked or closed.</param>
public sealed record ChatKitStatus(string Type);

public sealed record ChatKitDeleted(string Id, string Object, bool Deleted = true);

public sealed record ChatKitPage<T>(IReadOnlyList<T> Data, string? FirstId, string? LastId, bool HasMore)
{
    public string Object { get; init; } = "list";
}

/// <summary>An item of a thread, as the REST operations show it.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(UserMessage), "chatkit.user_message")]
[JsonDerivedType(typeof(AssistantMessage), "chatkit.assistant_message")]
[JsonDerivedType(typeof(ClientToolCall), "chatkit.client_tool_call")]
[JsonDerivedType(typeof(TaskItem), "chatkit.task")]
public abstract record ChatKitItem(string Id, string ThreadId, long CreatedAt)
{
    public string Object { get; init; } = "chatkit.thread_item";

    public sealed record UserMessage(string Id, string ThreadId, long CreatedAt, IReadOnlyList<ChatKitInput> Content, IReadOnlyList<ChatKitAttachment> Attachments, JsonElement? InferenceOptions)
        : ChatKitItem(Id, ThreadId, CreatedAt);

    public sealed record AssistantMessage(string Id, string ThreadId, long CreatedAt, IReadOnlyList<ChatKitOutputText> Content) : ChatKitItem(Id, ThreadId, CreatedAt);

    /// <param name="Arguments">JSON text.</param>
    /// <param name="Status">in_progress or completed.</param>
    public sealed record ClientToolCall(string Id, string ThreadId, long CreatedAt, string CallId, string Name, string Arguments, string? Output, string Status)
        : ChatKitItem(Id, ThreadId, CreatedAt);

    /// <param name="TaskType">custom or thought.</param>
    public sealed record TaskItem(string Id, string ThreadId, long CreatedAt, string TaskType, string? Heading, string? Summary) : ChatKitItem(Id, ThreadId, CreatedAt);
}

/// <param name="Type">input_text or quoted_text.</param>
public sealed record ChatKitInput(string Type, string Text);

public sealed record ChatKitOutputText(string Text, IReadOnlyList<ChatKitAnnotation> Annotations)
{
    public string Type { get; init; } = "output_text";
}

public sealed record ChatKitAnnotation(ChatKitFileSource Source)
{
    public string Type { get; init; } = "file";
}

public sealed record ChatKitFileSource(string Filename)
{
    public string Type { get; init; } = "file";
}

/// <param name="Type">image or file.</param>
public sealed record ChatKitAttachment(string Id, string Type, string Name, string MimeType, string? PreviewUrl);
