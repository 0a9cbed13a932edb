using Cadre.Engine.Runs;
using Cadre.Server.Runs;
using Cadre.Wire.Assistants;

namespace Cadre.Server.Assistants;

/// <summary>A run's turns as steps: one for a turn's text, one for its calls. Pure.</summary>
internal static class StepRendering
{
    private const string MessageCreation = "message_creation";
    private const string ToolCalls = "tool_calls";

    /// <summary>Oldest first.</summary>
    /// <param name="withContent">File searches show the texts that they found.</param>
    public static List<RunStepObject> All(RunTimeline timeline, bool withContent)
    {
        var steps = new List<RunStepObject>();
        foreach (var turn in timeline.Turns)
        {
            if (turn.Reply.Text.Length > 0) steps.Add(OfMessage(timeline, turn));
            if (turn.Calls.Count > 0) steps.Add(OfCalls(timeline, turn, withContent));
        }

        return steps;
    }

    public static RunStepObject OfMessage(RunTimeline timeline, TurnRecord turn) => BeginMessage(timeline, turn.Index) with
    {
        CreatedAt = turn.At.ToUnixTimeSeconds(),
        Status = MessageRendering.Completed,
        CompletedAt = turn.At.ToUnixTimeSeconds(),
        Usage = RunRendering.UsageOf(turn.Calls.Count > 0 ? default : turn.Reply.Usage),
    };

    public static RunStepObject OfCalls(RunTimeline timeline, TurnRecord turn, bool withContent) => Close(
        BeginCalls(timeline, turn) with { StepDetails = new StepDetails.OfCalls([.. turn.Calls.Select(call => StepCalls.Render(timeline.Definition, call, withContent))]) },
        timeline,
        turn);

    /// <summary>The step of a turn whose text has begun.</summary>
    public static RunStepObject BeginMessage(RunTimeline timeline, int turn) =>
        Begin(timeline, MessageCreation, $"{AssistantIds.Step}{timeline.Run}t{turn}m", timeline.State.LastAt, new StepDetails.OfMessage(new(AssistantIds.Message + ThreadWriter.TextId(timeline.Run, turn))));

    /// <summary>The step of a turn's calls, none of which is shown yet.</summary>
    public static RunStepObject BeginCalls(RunTimeline timeline, TurnRecord turn) =>
        Begin(timeline, ToolCalls, $"{AssistantIds.Step}{timeline.Run}t{turn.Index}c", turn.At, new StepDetails.OfCalls([]));

    /// <summary>The step as the run's end left it.</summary>
    public static RunStepObject CutOff(RunStepObject step, RunTimeline timeline)
    {
        var at = timeline.EndedAt?.ToUnixTimeSeconds();
        return timeline.Outcome?.Status switch
        {
            RunStatus.Cancelled => step with { Status = "cancelled", CancelledAt = at },
            RunStatus.Expired => step with { Status = "expired", ExpiredAt = at },
            _ => step with { Status = "failed", FailedAt = at, LastError = new("server_error", timeline.Outcome?.Reason ?? "The run ended before this step.") },
        };
    }

    private static RunStepObject Close(RunStepObject step, RunTimeline timeline, TurnRecord turn)
    {
        DateTimeOffset? last = null;
        foreach (var call in turn.Calls)
        {
            if (call.Finished is not { } finished)
                return timeline.Phase == RunPhase.Ended ? CutOff(step, timeline) with { Usage = RunRendering.UsageOf(turn.Reply.Usage) } : step;
            if (last is null || finished.At > last) last = finished.At;
        }

        return step with { Status = MessageRendering.Completed, CompletedAt = last?.ToUnixTimeSeconds(), Usage = RunRendering.UsageOf(turn.Reply.Usage) };
    }

    private static RunStepObject Begin(RunTimeline timeline, string type, string id, DateTimeOffset at, StepDetails details) => new()
    {
        Id = id,
        CreatedAt = at.ToUnixTimeSeconds(),
        RunId = $"{AssistantIds.Run}{timeline.Run}",
        AssistantId = AssistantIds.Assistant + timeline.Definition.Agent.Name,
        ThreadId = AssistantIds.Thread + timeline.Definition.Thread,
        Type = type,
        Status = MessageRendering.InProgress,
        StepDetails = details,
        Metadata = JsonValues.NoMetadata,
    };
}
