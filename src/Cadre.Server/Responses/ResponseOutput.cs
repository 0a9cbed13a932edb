using Cadre.Engine.Tools;
using Cadre.Server.HostedTools;
using Cadre.Server.Responses.Items;
using Cadre.Server.Runs;
using Cadre.Server.Threads;

namespace Cadre.Server.Responses;

/// <summary>A run's output items. Pure.</summary>
internal static class ResponseOutput
{
    public static IEnumerable<OutputItem> Of(RunTimeline timeline, Include include)
    {
        foreach (var turn in timeline.Turns)
        {
            if (IsDraft(timeline, turn)) continue;
            foreach (var item in ThreadWriter.OfTurn(timeline, turn))
            {
                switch (item.Body)
                {
                    case ItemBody.Thought thought when ReasoningWriter.Has(thought.Raw):
                        yield return new(item, ItemWriter.Completed) { Include = include };
                        break;
                    case ItemBody.Said:
                        yield return new(item, item.Incomplete ? ItemWriter.IncompleteStatus : ItemWriter.Completed);
                        break;
                    case ItemBody.Called called when turn.Calls.First(call => call.Request.CallId == called.CallId) is { Started: not null } call:
                        yield return OfCall(item, called, call, timeline.State.HasEnded, include);
                        break;
                }
            }
        }
    }

    /// <summary>
    /// The call as an item. A call that was never made is none: it did not fit its schema, say, and the model was told. What this server's own functions do is
    /// shown as another server's would be, for the caller must not answer it.
    /// </summary>
    public static OutputItem OfCall(ThreadItem item, ItemBody.Called called, CallRecord call, bool ended, Include include)
    {
        if (call.IsCallers) return new(item, ItemWriter.Completed);
        var shown = called.Kind == HostedToolSettings.Function ? item with { Body = called with { Kind = HostedToolSettings.Mcp } } : item;
        if (call.Finished is not { Result: var result }) return new(shown, ended ? ItemWriter.IncompleteStatus : ItemWriter.InProgress) { Include = include };
        var returned = new ItemBody.Returned(called.CallId, result.Output, result.Status == ToolStatus.Succeeded, result.Structured);
        return new(shown, returned.Succeeded ? ItemWriter.Completed : "failed", returned) { Include = include };
    }

    /// <summary>An answer that was sent back because it had not the shape that was asked for.</summary>
    private static bool IsDraft(RunTimeline timeline, TurnRecord turn) => turn.Calls.Count == 0 && turn.Index < timeline.Turns.Count - 1;
}
