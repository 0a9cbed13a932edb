using System.Collections.Immutable;
using System.Text.Json;
using Cadre.Engine.Models;

namespace Cadre.Server.Threads;

/// <summary>A thread's items as the messages that a model is shown. Pure.</summary>
public static class ThreadHistory
{
    private const string NoOutput = "(The call was not finished.)";

    /// <param name="items">Oldest first.</param>
    public static ImmutableArray<Message> Messages(IReadOnlyList<ThreadItem> items)
    {
        var outputs = new Dictionary<string, ItemBody.Returned>(StringComparer.Ordinal);
        foreach (var item in items)
        {
            if (item.Body is ItemBody.Returned returned) outputs[Key(item, returned.CallId)] = returned;
        }

        var messages = ImmutableArray.CreateBuilder<Message>(items.Count);
        for (var i = 0; i < items.Count;)
        {
            switch (items[i].Body)
            {
                case ItemBody.Said { Speaker: Speaker.User } said:
                    messages.Add(new Message.User([.. said.Parts.Select(ToContent).OfType<Content>()]));
                    i++;
                    break;
                case ItemBody.Said { Speaker: Speaker.Developer } said:
                    messages.Add(new Message.Developer(said.PlainText));
                    i++;
                    break;
                case ItemBody.Said or ItemBody.Called or ItemBody.Thought:
                    i = AddReply(items, i, outputs, messages);
                    break;
                default:
                    i++;
                    break;
            }
        }

        return messages.ToImmutable();
    }

    /// <summary>One reply: what was thought, said and called in one turn, then the calls' outputs.</summary>
    private static int AddReply(IReadOnlyList<ThreadItem> items, int from, Dictionary<string, ItemBody.Returned> outputs, ImmutableArray<Message>.Builder messages)
    {
        var text = "";
        JsonElement? raw = null;
        var calls = ImmutableArray.CreateBuilder<ToolRequest>();
        var results = new List<Message>();
        var said = false;
        var i = from;
        for (; i < items.Count && items[i].Run == items[from].Run; i++)
        {
            var item = items[i];
            if (item.Body is ItemBody.Thought thought && raw is null && !said && calls.Count == 0) raw = thought.Raw;
            else if (item.Body is ItemBody.Said { Speaker: Speaker.Assistant } words && !said && calls.Count == 0) (text, said) = (words.PlainText, true);
            else if (item.Body is ItemBody.Called call)
            {
                calls.Add(new(call.CallId, call.Tool, call.Arguments));
                results.Add(new Message.ToolOutput(call.CallId, outputs.TryGetValue(Key(item, call.CallId), out var returned) ? returned.Output : NoOutput));
            }
            else break;
        }

        messages.Add(new Message.Assistant(text, calls.ToImmutable(), raw));
        messages.AddRange(results);
        return i;
    }

    /// <summary>Call ids are unique within a run only.</summary>
    private static string Key(ThreadItem item, string callId) => $"{item.Run} {callId}";

    private static Content? ToContent(Part part) => part switch
    {
        Part.Text text => new Content.Text(text.Value),
        Part.Refusal refusal => new Content.Text(refusal.Value),
        Part.Image { Url: { } url } image => new Content.Image(url, image.Detail),
        Part.Image { FileId: { } file } => new Content.File(file),
        Part.File file => new Content.File(file.FileId ?? file.Url ?? file.Data ?? "", file.Name),
        _ => null,
    };
}
