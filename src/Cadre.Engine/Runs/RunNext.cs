using System.Collections.Immutable;
using System.Text.Json;
using Cadre.Engine.Budgets;
using Cadre.Engine.Goals;
using Cadre.Engine.Models;
using Cadre.Engine.Schemas;

namespace Cadre.Engine.Runs;

/// <summary>What happens now: pure and total over every state that <see cref="RunFold"/> can make.</summary>
public static class RunNext
{
    public static RunStep Next(RunState state)
    {
        if (state.HasEnded || state.Definition is null) return new RunStep.Nothing();
        if (state.Cancel is { } cancel) return Cancelled(state, cancel);
        return state.Goal is { } goal ? GoalNext.Next(state, goal) : AgentNext(state, state.Definition);
    }

    private static RunStep Cancelled(RunState state, RunEvent.CancelRequested cancel)
    {
        if (state.Children.Length > 0) return new RunStep.CancelRuns(cancel.Author, cancel.Reason);
        var interrupted = state.Calls.Where(call => call.Phase == CallPhase.Started).ToImmutableArray();
        return interrupted.Length > 0
            ? new RunStep.CallTools(interrupted)
            : new RunStep.Finish(new(RunStatus.Cancelled, LastText(state), $"Cancelled by {cancel.Author}: {cancel.Reason}"));
    }

    private static RunStep AgentNext(RunState state, RunDefinition definition)
    {
        var open = state.Calls.Where(call => call.Phase is CallPhase.Requested or CallPhase.Decided or CallPhase.Started).ToImmutableArray();
        if (open.Length > 0) return new RunStep.CallTools(open);
        if (state.Calls.Any(call => call.Phase == CallPhase.AwaitingApproval)) return new RunStep.Wait(WaitFor.Approval);
        if (state.Calls.Length > 0) return definition.EndsAtClient == true ? new RunStep.Finish(new(RunStatus.Completed, LastText(state))) : new RunStep.Wait(WaitFor.Client);
        if (state.History.Last is Message.Assistant answer) return Answered(state, definition, answer);

        if (Allotments.Spent(state.Remaining) is { } spent)
            return new RunStep.Finish(new(RunStatus.Incomplete, LastText(state), $"The budget of {spent.Name} is spent.", Limit: spent.Limit));
        if (state.FruitlessTurns >= RunLimits.FruitlessTurns && state.Remaining.Calls <= 0)
            return new RunStep.Finish(new(RunStatus.Incomplete, LastText(state), "The budget of tool calls is spent.", Limit: OutcomeLimit.Calls));
        if (state.Turns >= definition.Agent.MaxTurns)
            return new RunStep.Finish(new(RunStatus.Incomplete, LastText(state), $"The limit of {definition.Agent.MaxTurns} turns is reached.", Limit: OutcomeLimit.Turns));
        return Compaction.Due(state, definition.Agent.ContextTokens) is { } until ? new RunStep.Compact(until) : new RunStep.CallModel();
    }

    private static RunStep Answered(RunState state, RunDefinition definition, Message.Assistant answer)
    {
        if (state.LastStop == StopReason.Length)
            return new RunStep.Finish(new(RunStatus.Incomplete, answer.Text, "The answer reached the model's output limit.", Limit: OutcomeLimit.OutputTokens));
        if (state.LastStop == StopReason.ContentFilter)
            return new RunStep.Finish(new(RunStatus.Incomplete, answer.Text, "The model's provider withheld the answer (content filter).", Limit: OutcomeLimit.ContentFilter));

        var fault = Fault(definition, answer.Text);
        if (fault is null) return new RunStep.Finish(new(RunStatus.Completed, answer.Text));
        return state.Repairs < RunLimits.OutputRepairs
            ? new RunStep.Record([new RunEvent.MessageAdded(new Message.Developer(fault))])
            : new RunStep.Finish(new(RunStatus.Failed, answer.Text, $"The model did not mend its answer: {fault}"));
    }

    /// <summary>What is wrong with a final answer, told to the model; null when nothing is.</summary>
    private static string? Fault(RunDefinition definition, string text)
    {
        if (definition.Output is not { } output)
            return string.IsNullOrWhiteSpace(text) ? "The last reply was empty. Answer, or call a tool." : null;
        try
        {
            using var document = JsonDocument.Parse(text, StructuredOutput.ParseOptions);
            var errors = JsonSchema.Check(output.Schema, document.RootElement);
            return errors is null ? null : $"The answer does not have the shape {output.Name} asks for. {errors} Answer again with the whole corrected JSON and nothing else.";
        }
        catch (JsonException e)
        {
            return $"The answer must be one JSON value of the shape {output.Name} and nothing else; it is not JSON (line {e.LineNumber + 1}). Answer again.";
        }
    }

    internal static string LastText(RunState state)
    {
        for (var i = state.History.Count - 1; i >= 0; i--)
        {
            if (state.History[i] is Message.Assistant { Text.Length: > 0 } assistant) return assistant.Text;
        }

        return "";
    }
}
