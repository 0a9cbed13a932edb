namespace Cadre.Simulator.Prompts;

/// <summary>A tool call and what it returned.</summary>
/// <param name="Round">Which reply since the last user message asked for it, from 1.</param>
internal sealed record ToolExchange(string Name, string Arguments, string Output, int Round)
{
    public static IReadOnlyList<ToolExchange> Since(IReadOnlyList<Turn> turns)
    {
        var start = turns.Count;
        while (start > 0 && turns[start - 1] is not Turn.User)
        {
            start--;
        }

        var outputs = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = start; i < turns.Count; i++)
        {
            if (turns[i] is Turn.Output output)
            {
                outputs[output.CallId] = output.Returned;
            }
        }

        var exchanges = new List<ToolExchange>();
        var round = 0;
        var inReply = false;
        for (var i = start; i < turns.Count; i++)
        {
            var isReply = turns[i] is Turn.Call or Turn.Assistant;
            if (turns[i] is Turn.Call call)
            {
                round += inReply && round > 0 ? 0 : 1;
                exchanges.Add(new(call.Name, call.Arguments, outputs.GetValueOrDefault(call.CallId, ""), round));
            }

            inReply = isReply && (inReply || turns[i] is Turn.Call);
        }

        return exchanges;
    }
}
