using System.Buffers;
using System.Text;
using System.Text.Json;
using Cadre.Server.Chat.Turns;
using Cadre.Server.Threads;

namespace Cadre.Server.Chat.Conversations;

/// <summary>A conversation as a Markdown text. Pure.</summary>
internal static class MarkdownExport
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true };

    public static byte[] Of(ConversationThread thread, IEnumerable<ChatMessage> messages)
    {
        var text = new StringBuilder();
        text.Append("# ").Append(thread.Title?.ReplaceLineEndings(" ") ?? ChatIds.OfConversation(thread.Id)).Append("\n\n");
        text.Append("Conversation `").Append(ChatIds.OfConversation(thread.Id)).Append("`, begun ").Append(Time(thread.CreatedAt)).Append(".\n");
        foreach (var message in messages)
        {
            text.Append("\n## ").Append(message.Role switch { ChatMessage.User => "You", ChatMessage.Assistant => "Assistant", _ => "Note" }).Append(", ").Append(Time(message.CreatedAt)).Append("\n\n");
            foreach (var call in message.Calls) Append(text, call);
            text.Append(message.Content.TrimEnd()).Append('\n');
            if (message.Incomplete) text.Append("\n*(cut off)*\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void Append(StringBuilder text, ChatCall call)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Indented)) call.Write(json);
        var body = Encoding.UTF8.GetString(buffer.WrittenSpan);
        var fence = new string('`', Math.Max(3, LongestRun(body) + 1));
        text.Append(fence).Append("json\n").Append(body).Append('\n').Append(fence).Append("\n\n");
    }

    /// <summary>Backticks in a row: a fence has more.</summary>
    private static int LongestRun(string body)
    {
        var (longest, run) = (0, 0);
        foreach (var c in body)
        {
            run = c == '`' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        return longest;
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", System.Globalization.CultureInfo.InvariantCulture);
}
