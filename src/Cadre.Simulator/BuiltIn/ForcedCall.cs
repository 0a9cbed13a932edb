using Cadre.Simulator.Answers;
using Cadre.Simulator.Prompts;

namespace Cadre.Simulator.BuiltIn;

/// <summary>The call that <c>tool_choice</c> forces. Once a tool has answered since the last user message, the choice is served.</summary>
internal static class ForcedCall
{
    public static Answer? Make(Prompt prompt)
    {
        if (prompt.Exchanges.Count > 0)
        {
            return null;
        }

        return prompt.ToolChoice switch
        {
            { Mode: ToolChoiceMode.Named, Name: { } name } => Of(prompt, prompt.Tools.First(tool => tool.Name == name)),
            { Mode: ToolChoiceMode.Required } => Wanted(prompt) ?? ToTool(prompt.Tools[0], prompt),
            _ => null,
        };
    }

    public static Answer ToTool(OfferedTool tool, Prompt prompt) => Answer.Call(tool.Name, SchemaInstance.Make(tool.Parameters, prompt));

    /// <summary>With the arguments that the request's own words give, if they ask for this very tool.</summary>
    private static Answer Of(Prompt prompt, OfferedTool tool) =>
        Wanted(prompt)?.Parts.OfType<AnswerPart.Call>().FirstOrDefault(call => call.Name == tool.Name) is { } wanted
            ? new Answer { Parts = [wanted] }
            : ToTool(tool, prompt);

    private static Answer? Wanted(Prompt prompt) => StepAnswer.Act(prompt) ?? TodoAnswer.Act(prompt) ?? RequestedCall.Make(prompt);
}
