using System.Text.Json;
using Cadre.Engine.Runs;
using Cadre.Server.Http;
using Cadre.Server.Threads;

namespace Cadre.Server.Assistants;

/// <summary>How much of a thread a run is shown.</summary>
/// <param name="Raw">As it came, with both members.</param>
/// <param name="LastMessages">Null: as much as fits.</param>
internal sealed record Truncation(JsonElement Raw, int? LastMessages)
{
    private const string LastMessagesType = "last_messages";

    /// <summary>The member <c>truncation_strategy</c>; null when it is absent.</summary>
    public static Truncation? Read(Fields body)
    {
        if (body.Object("truncation_strategy") is not { } strategy) return null;
        if (strategy.Text("type") is null) throw ApiException.Missing(strategy.At("type"));
        if (strategy.Word("type", "auto", LastMessagesType) != LastMessagesType) return new(JsonValues.TruncateAuto, null);
        var count = strategy.Integer(LastMessagesType, 1, int.MaxValue) ?? throw ApiException.Missing(strategy.At(LastMessagesType));
        return new(strategy.Raw, (int)count);
    }

    /// <summary>The thread's items, without those that the strategy leaves out. What is left begins with a message, so no call is parted from its output.</summary>
    /// <param name="items">Oldest first.</param>
    /// <param name="maxPromptTokens">What the whole run may take in; the oldest messages are left out when they would take all of it.</param>
    public static IReadOnlyList<ThreadItem> Cut(List<ThreadItem> items, Truncation? strategy, long? maxPromptTokens)
    {
        if (strategy?.LastMessages is null && maxPromptTokens is null) return items;
        var (messages, characters) = (0, 0L);
        var from = items.Count;
        for (var i = items.Count - 1; i >= 0; i--)
        {
            characters += Length(items[i]);
            if (strategy?.LastMessages is null && from < items.Count && characters / History.CharactersPerToken > maxPromptTokens) break;
            if (!MessageRendering.IsMessage(items[i])) continue;
            from = i;
            if (++messages == strategy?.LastMessages) break;
        }

        return from == 0 ? items : items[from..];
    }

    private static long Length(ThreadItem item) => item.Body switch
    {
        ItemBody.Said said => said.PlainText.Length,
        ItemBody.Called called => called.Arguments.Length,
        ItemBody.Returned returned => returned.Output.Length,
        _ => 0,
    };
}
