using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Server.HostedTools;
using Cadre.Server.Threads;

namespace Cadre.Server.Runs;

/// <summary>What a run's events are as items of its thread. Pure.</summary>
public static class ThreadWriter
{
    public static bool Writes(RunEvent @event) => @event is RunEvent.TurnFinished or RunEvent.CallFinished;

    /// <param name="timeline">The event folded already.</param>
    public static IEnumerable<ThreadItem> Items(RunTimeline timeline, RunEvent @event) => @event switch
    {
        RunEvent.TurnFinished => OfTurn(timeline, timeline.Turns[^1]),
        RunEvent.CallFinished e when timeline.Find(e.CallId) is { } call => [OfResult(timeline, e, call)],
        _ => [],
    };

    /// <summary>Id of the item that holds a turn's text.</summary>
    public static string TextId(RunId run, int turn) => $"{run}t{turn}";

    /// <summary>Id of the item that holds what the provider sent beside a turn's text.</summary>
    public static string ThoughtId(RunId run, int turn) => $"{run}t{turn}r";

    /// <summary>Id of the item that holds a call.</summary>
    public static string CallId(RunId run, int turn, int index) => $"{run}t{turn}c{index}";

    /// <summary>Id of the item that holds a call's output.</summary>
    public static string ResultId(RunId run, int turn, int index) => $"{run}t{turn}o{index}";

    /// <summary>What a turn thought, said and called, in this order; without the calls' outputs.</summary>
    public static IEnumerable<ThreadItem> OfTurn(RunTimeline timeline, TurnRecord record)
    {
        var (run, turn, reply) = (timeline.Run, record.Index, record.Reply);
        if (reply.Raw is { } raw) yield return Item(ThoughtId(run, turn), new ItemBody.Thought(raw));
        if (reply.Text.Length > 0)
        {
            var text = new Part.Text(reply.Text) { Annotations = Citations.Find(reply.Text, timeline) };
            yield return Item(TextId(run, turn), new ItemBody.Said(Speaker.Assistant, [text])) with
            {
                Incomplete = reply.Stop is Engine.Models.StopReason.Length or Engine.Models.StopReason.ContentFilter or Engine.Models.StopReason.Cancelled,
            };
        }

        foreach (var call in record.Calls)
            yield return Item(CallId(run, turn, call.Index), new ItemBody.Called(call.Request.CallId, HostedToolSettings.KindOf(timeline.Definition, call.Request.Tool), call.Request.Tool, call.Request.Arguments));

        ThreadItem Item(string id, ItemBody body) => new(id, body) { CreatedAt = record.At, Run = run.ToString(), Agent = timeline.Definition.Agent.Name };
    }

    private static ThreadItem OfResult(RunTimeline timeline, RunEvent.CallFinished e, CallRecord call)
    {
        var turn = timeline.Turns.First(turn => turn.Calls.Contains(call)).Index;
        return new(ResultId(timeline.Run, turn, call.Index), new ItemBody.Returned(e.CallId, e.Result.Output, e.Result.Status == ToolStatus.Succeeded, e.Result.Structured))
        {
            CreatedAt = e.At,
            Run = timeline.Run.ToString(),
            Agent = timeline.Definition.Agent.Name,
        };
    }
}
