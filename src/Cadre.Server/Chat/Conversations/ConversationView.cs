using System.Text.Json;
using Cadre.Server.Chat.Turns;
using Cadre.Server.Runs;
using Cadre.Server.Threads;

namespace Cadre.Server.Chat.Conversations;

/// <summary>Writes conversations. Pure.</summary>
internal static class ConversationView
{
    public static void Write(Utf8JsonWriter json, ConversationThread thread)
    {
        json.WriteStartObject();
        WriteMembers(json, thread);
        json.WriteEndObject();
    }

    /// <param name="newest">The newest run; null where there is none.</param>
    /// <param name="before">Whether there are messages before these.</param>
    public static void Write(Utf8JsonWriter json, ConversationThread thread, RunTimeline? newest, IEnumerable<ChatMessage> messages, bool before)
    {
        json.WriteStartObject();
        WriteMembers(json, thread);
        if (newest is not null)
        {
            json.WriteString("run_id", ChatIds.OfRun(newest.Run));
            json.WriteString("status", ChatReply.Status(newest));
            if (ChatNotice.Of(newest) is { } notice) json.WriteString("notice", notice);
            if (newest.Phase == RunPhase.AwaitingApproval) ChatAnswer.WriteApprovals(json, newest);
        }

        json.WriteStartArray("messages");
        foreach (var message in messages) message.Write(json);
        json.WriteEndArray();
        json.WriteBoolean("has_more", before);
        json.WriteEndObject();
    }

    private static void WriteMembers(Utf8JsonWriter json, ConversationThread thread)
    {
        json.WriteString("id", ChatIds.OfConversation(thread.Id));
        json.WriteString("title", thread.Title);
        json.WriteString("created_at", thread.CreatedAt);
        json.WriteString("updated_at", thread.UpdatedAt ?? thread.CreatedAt);
    }
}
