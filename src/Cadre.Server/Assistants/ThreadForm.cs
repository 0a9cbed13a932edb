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

    public static (ConversationThread Thread, IReadOnlyList<ThreadItem> Messages) Create(Fields body, DateTimeOffset now) =>
        (Modify(new ConversationThread(Ids.New()) { CreatedAt = now, Face = RunSettings.Face }, body), MessageForm.ReadAll(body, "messages", now));

    /// <summary>What creates a thread together with its messages.</summary>
    public static List<Change> Changes(ConversationThread thread, IReadOnlyList<ThreadItem> messages, Owner owner)
    {
        var changes = new List<Change>(messages.Count + 1) { new Change.Create(ThreadStore.Document(thread, owner)) };
        changes.AddRange(messages.Select(message => new Change.Create(ThreadStore.Document(message, thread.Id, owner))));
        return changes;
    }

    /// <summary>Only the members that are there; null clears.</summary>
    public static ConversationThread Modify(ConversationThread thread, Fields body) => thread with
    {
        ToolResources = body.Has(Assistants.ToolResources.Name) ? Assistants.ToolResources.Read(body)?.Raw : thread.ToolResources,
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
