using System.Collections.Immutable;
using Cadre.Engine.Tools;
using Cadre.Server.Http;
using Cadre.Server.Threads;
using Cadre.Storage.Documents;
using Cadre.Wire.Assistants;

namespace Cadre.Server.Assistants;

/// <summary>Threads out of requests, and back.</summary>
internal static class ThreadForm
{
    /// <summary>Messages that a thread may be created with.</summary>
    public const int MaxMessages = 10_000;

    /// <summary>The thread, and what creates it together with its messages.</summary>
    public static (ConversationThread Thread, List<Change> Changes) Create(Fields body, Owner owner, DateTimeOffset now)
    {
        var thread = Modify(new ConversationThread(Ids.New()) { CreatedAt = now, Face = RunSettings.Face }, body);
        var messages = MessageForm.ReadAll(body, "messages", now);
        var changes = new List<Change>(messages.Count + 1) { new Change.Create(ThreadStore.Document(thread, owner)) };
        changes.AddRange(messages.Select(message => new Change.Create(ThreadStore.Document(message, thread.Id, owner))));
        return (thread, changes);
    }

    /// <summary>Only the members that are there; null clears.</summary>
    public static ConversationThread Modify(ConversationThread thread, Fields body) => thread with
    {
        ToolResources = body.Has("tool_resources") ? body.Object("tool_resources")?.Raw : thread.ToolResources,
        Metadata = body.Has("metadata") ? body.Metadata()?.ToImmutableDictionary(StringComparer.Ordinal) : thread.Metadata,
    };

    public static ThreadObject Render(ConversationThread thread) => new()
    {
        Id = AssistantIds.Thread + thread.Id,
        CreatedAt = thread.CreatedAt.ToUnixTimeSeconds(),
        Metadata = thread.Metadata ?? JsonValues.NoMetadata,
        ToolResources = thread.ToolResources ?? JsonValues.EmptyObject,
    };
}
