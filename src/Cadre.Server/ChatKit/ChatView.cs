using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cadre.Server.Agents;
using Cadre.Server.Agents.Sessions;
using Cadre.Server.HostedTools;
using Cadre.Server.Threads;
using Cadre.Wire.ChatKit;

namespace Cadre.Server.ChatKit;

/// <summary>What only ChatKit knows of a user's message; kept under <see cref="Face"/> in its <c>Extra</c>.</summary>
internal sealed record ChatExtra
{
    public const string Face = "chatkit";

    /// <summary>Of an item: the content as the client wrote it.</summary>
    public JsonElement? Content { get; init; }

    public string? QuotedText { get; init; }
    public JsonElement? InferenceOptions { get; init; }
    public ImmutableArray<ChatKitAttachment>? Attachments { get; init; }

    /// <summary>Of an item: "positive" or "negative".</summary>
    public string? Feedback { get; init; }

    /// <summary>Of a thread: the agent that answers in it.</summary>
    public string? Agent { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ChatExtra))]
internal sealed partial class ChatExtraJson : JsonSerializerContext;

/// <summary>Threads and their items as ChatKit shows them, in its two forms. Pure. What ChatKit has no name for is not shown; it stays in the thread.</summary>
internal static class ChatView
{
    public const string ThreadPrefix = "cthr_";
    public const string ItemPrefix = "cthi_";
    private static readonly ChatKitStatus Active = new("active");
    private static readonly string[] OptionNames = ["tool_choice", "model"];
    private static readonly JsonElement NoOptions = JsonDocument.Parse("{}").RootElement;

    public static ChatKitThreadObject Thread(ConversationThread thread, string user) => new(ThreadPrefix + thread.Id, thread.CreatedAt.ToUnixTimeSeconds(), thread.Title, Active, user);

    public static ChatThread ChatThread(ConversationThread thread, ChatPage<ChatItem>? items = null) =>
        new(ThreadPrefix + thread.Id, Time(thread.CreatedAt), thread.Title, Active, thread.Metadata ?? ImmutableDictionary<string, string>.Empty, items ?? new([], false, null));

    /// <param name="output">Of a call, when there is one.</param>
    public static ChatKitItem? Item(ThreadItem item, string thread, ItemBody.Returned? output)
    {
        var (id, threadId, at) = (ItemPrefix + item.Id, ThreadPrefix + thread, item.CreatedAt.ToUnixTimeSeconds());
        switch (item.Body)
        {
            case ItemBody.Said { Speaker: Speaker.User } said:
                var extra = ExtraOf(item.Extra);
                var content = new List<ChatKitInput>();
                if (extra.QuotedText is { } quoted) content.Add(new("quoted_text", quoted));
                foreach (var text in Texts(item, said)) content.Add(new("input_text", text));
                return new ChatKitItem.UserMessage(id, threadId, at, content, extra.Attachments is { } attachments ? attachments : [], Options(extra.InferenceOptions));
            case ItemBody.Said { Speaker: Speaker.Assistant } said:
                return new ChatKitItem.AssistantMessage(id, threadId, at,
                    [.. said.Parts.OfType<Part.Text>().Select(part => new ChatKitOutputText(part.Value, [.. part.Annotations.Select(note => new ChatKitAnnotation(new(note.FileName)))]))]);
            case ItemBody.Called { Kind: HostedToolSettings.Function } call:
                return new ChatKitItem.ClientToolCall(id, threadId, at, call.CallId, call.Tool, call.Arguments, output?.Output, output is null ? "in_progress" : "completed");
            case ItemBody.Called call:
                return new ChatKitItem.TaskItem(id, threadId, at, "custom", call.Tool, null);
            case ItemBody.Thought thought when ItemView.Summary(thought.Raw) is { Count: > 0 } summary:
                return new ChatKitItem.TaskItem(id, threadId, at, "thought", null, string.Join("\n\n", summary.Select(part => part.Text)));
            default:
                return null;
        }
    }

    /// <inheritdoc cref="Item"/>
    public static ChatItem? ChatItem(ThreadItem item, string thread, ItemBody.Returned? output)
    {
        var (id, threadId, at) = (ItemPrefix + item.Id, ThreadPrefix + thread, Time(item.CreatedAt));
        switch (item.Body)
        {
            case ItemBody.Said { Speaker: Speaker.User } said:
                var extra = ExtraOf(item.Extra);
                return new ChatItem.UserWords(id, threadId, at, extra.Content ?? Content(said), extra.Attachments is { } attachments ? attachments : [], extra.QuotedText, extra.InferenceOptions ?? NoOptions);
            case ItemBody.Said { Speaker: Speaker.Assistant } said:
                return new ChatItem.AssistantWords(id, threadId, at, [.. said.Parts.OfType<Part.Text>().Select(Text)]);
            case ItemBody.Called { Kind: HostedToolSettings.Function } call:
                return new ChatItem.ToolCall(id, threadId, at, call.CallId, call.Tool, ItemView.Arguments(call.Arguments), output is null ? null : ItemView.Arguments(output.Output), output is null ? "pending" : "completed");
            case ItemBody.Called call:
                return new ChatItem.TaskDone(id, threadId, at, new("custom", call.Tool, null));
            case ItemBody.Thought thought when ItemView.Summary(thought.Raw) is { Count: > 0 } summary:
                return new ChatItem.TaskDone(id, threadId, at, new("thought", null, string.Join("\n\n", summary.Select(part => part.Text))));
            default:
                return null;
        }
    }

    public static ChatText Text(Part.Text text) => new(text.Value, [.. text.Annotations.Select(note => new ChatAnnotation(new(note.FileName, note.FileName), note.End))]);

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);

    public static ChatExtra ExtraOf(ImmutableDictionary<string, JsonElement>? extra) =>
        extra is not null && extra.TryGetValue(ChatExtra.Face, out var own) ? own.Deserialize(ChatExtraJson.Default.ChatExtra) ?? new() : new();

    public static ImmutableDictionary<string, JsonElement> With(ImmutableDictionary<string, JsonElement>? extra, ChatExtra own) =>
        (extra ?? ImmutableDictionary<string, JsonElement>.Empty).SetItem(ChatExtra.Face, AgentCall.Json(own, ChatExtraJson.Default.ChatExtra));

    /// <summary>What the client wrote, when it did; the model was shown more of it.</summary>
    private static IEnumerable<string> Texts(ThreadItem item, ItemBody.Said said) => ExtraOf(item.Extra).Content is { ValueKind: JsonValueKind.Array } content
        ? content.EnumerateArray().Select(part => part.TryGetProperty("text", out var text) ? text.GetString() ?? "" : "")
        : said.Parts.OfType<Part.Text>().Select(part => part.Value);

    private static JsonElement Content(ItemBody.Said said) => AgentCall.Json(json =>
    {
        json.WriteStartArray();
        foreach (var part in said.Parts.OfType<Part.Text>())
        {
            json.WriteStartObject();
            json.WriteString("type", "input_text");
            json.WriteString("text", part.Value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    /// <summary>The REST form has both members always.</summary>
    private static JsonElement? Options(JsonElement? options) => options is not { ValueKind: JsonValueKind.Object } given ? null : AgentCall.Json(json =>
    {
        json.WriteStartObject();
        foreach (var name in OptionNames)
        {
            json.WritePropertyName(name);
            if (given.TryGetProperty(name, out var value)) value.WriteTo(json);
            else json.WriteNullValue();
        }

        json.WriteEndObject();
    });
}
