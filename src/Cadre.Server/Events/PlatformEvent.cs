using System.Buffers;
using System.Text.Json;
using Cadre.Engine.Tools;

namespace Cadre.Server.Events;

/// <summary>Something that happened on the platform, for subscribers inside and webhooks outside.</summary>
/// <param name="Type">One of <see cref="EventTypes"/>.</param>
/// <param name="Subject">What it happened to, by its id without a prefix.</param>
public sealed record PlatformEvent(string Id, string Type, Owner Owner, DateTimeOffset At, string Subject)
{
    /// <summary>The thread of a run; null for everything else.</summary>
    public string? Thread { get; init; }

    /// <summary>The face that it came through, where it is known.</summary>
    public string? Face { get; init; }

    /// <summary>For a run that did not complete.</summary>
    public string? Reason { get; init; }

    /// <summary>The payload as webhooks carry it (Standard Webhooks: type, timestamp, data).</summary>
    public byte[] ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("id", Id);
        json.WriteString("type", Type);
        json.WriteString("timestamp", At);
        json.WriteStartObject("data");
        json.WriteString("id", Subject);
        json.WriteString("organisation", Owner.Organisation);
        json.WriteString("user", Owner.User);
        if (Thread is not null) json.WriteString("thread_id", Thread);
        if (Face is not null) json.WriteString("face", Face);
        if (Reason is not null) json.WriteString("reason", Reason);
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}

/// <summary>Names of events; once published, a name is never changed.</summary>
public static class EventTypes
{
    public const string AssistantCreated = "assistant_created";
    public const string AssistantDeleted = "assistant_deleted";
    public const string SessionCreated = "session_created";
    public const string ThreadCreated = "thread_created";
    public const string ThreadDeleted = "thread_deleted";
    public const string FileCreated = "file_created";
    public const string FileDeleted = "file_deleted";
    public const string VectorStoreCreated = "vector_store_created";
    public const string TaskCreated = "task_created";
    public const string TaskUpdated = "task_updated";
    public const string TaskDeleted = "task_deleted";
    public const string RunStarted = "run_started";
    public const string RunRequiresAction = "run_requires_action";
    public const string RunAwaitsApproval = "run_awaits_approval";
    public const string RunCompleted = "run_completed";
    public const string RunFailed = "run_failed";
    public const string RunCancelled = "run_cancelled";
    public const string RunExpired = "run_expired";
    public const string RunIncomplete = "run_incomplete";

    public static IReadOnlyList<string> All { get; } =
    [
        AssistantCreated, AssistantDeleted, SessionCreated, ThreadCreated, ThreadDeleted, FileCreated, FileDeleted, VectorStoreCreated, TaskCreated, TaskUpdated,
        TaskDeleted, RunStarted, RunRequiresAction, RunAwaitsApproval, RunCompleted, RunFailed, RunCancelled, RunExpired, RunIncomplete,
    ];
}
