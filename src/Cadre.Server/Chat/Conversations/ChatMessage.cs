using System.Text;
using System.Text.Json;
using Cadre.Server.Chat.Turns;
using Cadre.Server.Threads;

namespace Cadre.Server.Chat.Conversations;

/// <summary>A message of a conversation: what a person wrote, or all that one run said and did. Pure.</summary>
/// <param name="Id">With its prefix.</param>
/// <param name="Role">"user", "assistant" or "developer".</param>
internal sealed record ChatMessage(string Id, string Role, DateTimeOffset CreatedAt)
{
    public const string User = "user";
    public const string Assistant = "assistant";
    public const string Developer = "developer";

    public string Content { get; init; } = "";
    public IReadOnlyList<ChatCall> Calls { get; init; } = [];

    /// <summary>It was cut off.</summary>
    public bool Incomplete { get; init; }

    /// <param name="items">Of a thread, oldest first.</param>
    public static List<ChatMessage> Of(IReadOnlyList<ThreadItem> items)
    {
        var returned = new Dictionary<(string?, string), ItemBody.Returned>();
        foreach (var item in items)
        {
            if (item.Body is ItemBody.Returned output) returned[(item.Run, output.CallId)] = output;
        }

        var messages = new List<ChatMessage>();
        for (var i = 0; i < items.Count;)
        {
            var (item, from) = (items[i], i);
            if (item.Run is { } run)
            {
                while (i < items.Count && items[i].Run == run) i++;
                messages.Add(Reply(run, items, from, i, returned));
                continue;
            }

            i++;
            if (item.Body is ItemBody.Said said) messages.Add(new(ChatIds.Message + item.Id, RoleOf(said.Speaker), item.CreatedAt) { Content = said.PlainText, Incomplete = item.Incomplete });
        }

        return messages;
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id", Id);
        json.WriteString("role", Role);
        json.WriteString("content", Content);
        if (Role == Assistant)
        {
            json.WriteStartArray("tool_calls");
            foreach (var call in Calls) call.Write(json);
            json.WriteEndArray();
        }

        if (Incomplete) json.WriteBoolean("incomplete", true);
        json.WriteString("created_at", CreatedAt);
        json.WriteEndObject();
    }

    private static ChatMessage Reply(string run, IReadOnlyList<ThreadItem> items, int from, int to, Dictionary<(string?, string), ItemBody.Returned> returned)
    {
        var text = new StringBuilder();
        var calls = new List<ChatCall>();
        var incomplete = false;
        for (var i = from; i < to; i++)
        {
            if (items[i].Body is ItemBody.Said said)
            {
                if (text.Length > 0) text.Append(ChatReply.Break);
                text.Append(said.PlainText);
            }
            else if (items[i].Body is ItemBody.Called call)
            {
                calls.Add(ChatCall.Of(call, returned.GetValueOrDefault((run, call.CallId))));
            }

            incomplete |= items[i].Incomplete;
        }

        return new(ChatIds.Message + run, Assistant, items[from].CreatedAt) { Content = text.ToString(), Calls = calls, Incomplete = incomplete };
    }

    private static string RoleOf(Speaker speaker) => speaker switch
    {
        Speaker.User => User,
        Speaker.Assistant => Assistant,
        _ => Developer,
    };
}
