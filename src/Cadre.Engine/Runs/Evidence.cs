using System.Text;
using Cadre.Engine.Models;
using Cadre.Engine.Tools;

namespace Cadre.Engine.Runs;

/// <summary>What a run's calls were and returned, for one who reviews it without its history.</summary>
internal static class Evidence
{
    private const int OutputShown = 600;

    public static string Of(RunState state)
    {
        var text = new StringBuilder();
        var outputs = state.History.OfType<Message.ToolOutput>().GroupBy(output => output.CallId).ToDictionary(group => group.Key, group => group.Last().Output);
        foreach (var call in state.History.OfType<Message.Assistant>().Where(message => !message.Calls.IsDefault).SelectMany(message => message.Calls))
        {
            if (text.Length > RunLimits.EvidenceLength) break;
            text.Append("- ").Append(call.Tool).Append(' ').Append(Bounded.Line(call.Arguments, 300)).Append('\n')
                .Append(Bounded.Middle(outputs.GetValueOrDefault(call.CallId, "(no output)"), OutputShown)).Append('\n');
        }

        return Bounded.Middle(text.ToString(), RunLimits.EvidenceLength);
    }
}
