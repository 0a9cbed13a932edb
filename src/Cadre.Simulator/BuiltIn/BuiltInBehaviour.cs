using Cadre.Simulator.Answers;
using Cadre.Simulator.Prompts;

namespace Cadre.Simulator.BuiltIn;

/// <summary>The built-in script: what a user without a model gets. It knows no more than the conversation shows, and says so.</summary>
/// <remarks>Each branch either recognises what is asked for or passes on to the next. After <see cref="MaxToolRounds"/>
/// rounds of tools it always answers with text.</remarks>
internal static class BuiltInBehaviour
{
    public const int MaxToolRounds = 6;

    public static Answer Respond(Prompt prompt)
    {
        if (SchemaName.Of(prompt) is { } schema)
        {
            return StructuredAnswer.Make(prompt, schema);
        }

        var answer = MayCall(prompt) ? ForcedCall.Make(prompt) ?? Act(prompt) : null;
        return Limit(answer ?? Conclude(prompt), prompt);
    }

    private static Answer? Act(Prompt prompt) =>
        StepAnswer.Act(prompt)
        ?? TodoAnswer.Act(prompt)
        ?? RequestedCall.Make(prompt)
        ?? FileSearchAnswer.Act(prompt);

    private static Answer Conclude(Prompt prompt) =>
        prompt.Format is not null ? StructuredAnswer.MakeObject(prompt)
        : FileSearchAnswer.Conclude(prompt)
        ?? TodoAnswer.Conclude(prompt)
        ?? StepAnswer.Conclude(prompt)
        ?? PlainAnswer.Make(prompt);

    private static bool MayCall(Prompt prompt) =>
        prompt.Tools.Count > 0 && prompt.ToolChoice.Mode != ToolChoiceMode.None && prompt.ToolRounds < MaxToolRounds;

    /// <summary>One call at a time when the request asks for that.</summary>
    private static Answer Limit(Answer answer, Prompt prompt) => prompt.ParallelToolCalls
        ? answer
        : answer with { Parts = [.. answer.Parts.Where(static part => part is AnswerPart.Text), .. answer.Parts.Where(static part => part is AnswerPart.Call).Take(1)] };
}
