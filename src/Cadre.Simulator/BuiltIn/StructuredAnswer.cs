using System.Text.Json;
using Cadre.Simulator.Answers;
using Cadre.Simulator.Prompts;

namespace Cadre.Simulator.BuiltIn;

/// <summary>Answers that must be JSON of a named shape.</summary>
internal static class StructuredAnswer
{
    public static Answer Make(Prompt prompt, string schema) => schema switch
    {
        "cadre_plan" when Blocks(prompt, "Goal") is { } blocks => Answer.Say(PlanAnswer.Make(blocks)),
        "cadre_review" when Blocks(prompt, "Step") is { } blocks => Answer.Say(ReviewAnswer.Make(blocks)),
        "cadre_report" when Blocks(prompt, "Results") is { } blocks => Answer.Say(ReportAnswer.Make(blocks)),
        _ when prompt.Format is { Schema.ValueKind: JsonValueKind.Object } format => Answer.Say(SchemaInstance.Make(format.Schema, prompt)),
        _ when InWords(prompt, schema) is { } told => Answer.Say(SchemaInstance.Make(told, prompt)),
        _ => MakeObject(prompt),
    };

    /// <summary>Any JSON object will do.</summary>
    public static Answer MakeObject(Prompt prompt) => Answer.Say(JsonText.Of(("answer", PlainAnswer.Text(prompt))));

    /// <summary>The JSON Schema that the instructions give behind its name, for endpoints that take none in a field.</summary>
    private static JsonElement? InWords(Prompt prompt, string schema)
    {
        var text = prompt.Instructions;
        var name = text.IndexOf(schema, StringComparison.Ordinal);
        var start = name < 0 ? -1 : text.IndexOf('{', name);
        var end = text.LastIndexOf('}');
        return start >= 0 && end > start ? JsonText.TryParse(text[start..(end + 1)]) : null;
    }

    /// <summary>The latest user message with that block; a later one may only ask for a repair.</summary>
    private static MessageBlocks? Blocks(Prompt prompt, string head)
    {
        for (var i = prompt.Turns.Count - 1; i >= 0; i--)
        {
            if (prompt.Turns[i] is Turn.User user && MessageBlocks.Parse(user.Said) is var blocks && blocks[head] is not null)
            {
                return blocks;
            }
        }

        return null;
    }
}
