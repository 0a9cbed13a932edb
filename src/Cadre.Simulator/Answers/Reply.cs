using Cadre.Simulator.Http;
using Cadre.Simulator.Prompts;

namespace Cadre.Simulator.Answers;

/// <summary>An answer with its ids, cut to the request's limits, ready for either wire.</summary>
internal sealed record Reply(string Id, long CreatedAt, Prompt Prompt, IReadOnlyList<ReplyItem> Items, TokenUsage Usage, Answer Answer)
{
    /// <summary>The token limit cut it off: <c>length</c>, <c>incomplete</c>.</summary>
    public bool Truncated => Items.Count > 0 && Items[^1].Truncated;

    public static Reply Make(Prompt prompt, Answer answer, IdSource ids, long createdAt, int contextTokens)
    {
        var (input, cached) = UsageEstimate.OfPrompt(prompt);
        if (input >= contextTokens)
        {
            throw new RequestRefusedException(
                400,
                $"This model's maximum context length is {contextTokens} tokens. However, your messages resulted in about {input} tokens. Please reduce the length of the messages.",
                "context_length_exceeded",
                prompt.Wire == Wire.Chat ? "messages" : "input");
        }

        var tokens = Math.Min(prompt.MaxOutputTokens ?? int.MaxValue, contextTokens - input);
        var room = answer.IgnoresLimits ? long.MaxValue : (long)tokens * UsageEstimate.CharactersPerToken;
        var items = new List<ReplyItem>(answer.Parts.Count);
        long written = 0;
        foreach (var part in answer.Parts)
        {
            var item = Place(part, prompt, ids, room - written);
            items.Add(item);
            written += item.Length;
            if (item.Truncated)
            {
                break;
            }
        }

        var usage = answer.Usage ?? new TokenUsage(input, cached, UsageEstimate.Tokens(written));
        return new(ids.Next(prompt.Wire == Wire.Chat ? "chatcmpl-" : "resp_"), createdAt, prompt, items, usage, answer);
    }

    private static ReplyItem Place(AnswerPart part, Prompt prompt, IdSource ids, long room) => part switch
    {
        AnswerPart.Text text => PlaceText(text, prompt, ids.Next("msg_"), room),
        AnswerPart.Call call => new ReplyItem.Call(ids.Next("fc_"), ids.Next("call_"), call.Name, Limit(call.Arguments, room), call.Arguments.Length > room),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static ReplyItem.Text PlaceText(AnswerPart.Text text, Prompt prompt, string id, long room)
    {
        var said = text.Said;
        foreach (var stop in prompt.Stop)
        {
            if (said.IndexOf(stop, StringComparison.Ordinal) is >= 0 and var at)
            {
                said = said[..at];
            }
        }

        var limited = Limit(said, room);
        var citations = (text.Citations ?? []).Where(citation => citation.Index <= limited.Length).ToList();
        return new(id, limited, citations, limited.Length < said.Length);
    }

    private static string Limit(string text, long room)
    {
        if (text.Length <= room)
        {
            return text;
        }

        var length = (int)Math.Max(0, room);
        return text[..(length > 0 && char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];
    }
}

/// <summary>An item of a reply. Closed: every case is nested below.</summary>
internal abstract record ReplyItem(string Id, bool Truncated)
{
    public abstract int Length { get; }

    internal sealed record Text(string Id, string Said, IReadOnlyList<Citation> Citations, bool Truncated) : ReplyItem(Id, Truncated)
    {
        public override int Length => Said.Length;
    }

    internal sealed record Call(string Id, string CallId, string Name, string Arguments, bool Truncated) : ReplyItem(Id, Truncated)
    {
        public override int Length => Name.Length + Arguments.Length;
    }
}
