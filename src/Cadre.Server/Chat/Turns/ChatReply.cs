using System.Text;
using Cadre.Engine.Runs;
using Cadre.Server.Runs;

namespace Cadre.Server.Chat.Turns;

/// <summary>What a run has given its user so far. Pure.</summary>
internal static class ChatReply
{
    /// <summary>Between what was said before calls and after them.</summary>
    public const string Break = "\n\n";

    public const string Completed = "completed";
    public const string Incomplete = "incomplete";
    public const string Failed = "failed";
    public const string Cancelled = "cancelled";
    public const string RequiresApproval = "requires_approval";
    public const string InProgress = "in_progress";

    /// <summary>Nothing more comes until somebody acts.</summary>
    public static bool IsSettled(RunTimeline run) => run.Phase is RunPhase.Ended or RunPhase.AwaitingApproval or RunPhase.Paused;

    public static string Status(RunTimeline run) => run.Phase switch
    {
        RunPhase.AwaitingApproval => RequiresApproval,
        RunPhase.Paused => Failed,
        RunPhase.Ended => run.Outcome!.Status switch
        {
            RunStatus.Completed => Completed,
            RunStatus.Cancelled => Cancelled,
            RunStatus.Failed => Failed,
            _ => Incomplete,
        },
        _ => InProgress,
    };

    /// <summary>All that was said, in order.</summary>
    public static string Text(RunTimeline run)
    {
        if (run.Turns is [{ Reply.Text: var only }]) return only;
        var text = new StringBuilder();
        foreach (var turn in run.Turns)
        {
            if (turn.Reply.Text.Length == 0) continue;
            if (text.Length > 0) text.Append(Break);
            text.Append(turn.Reply.Text);
        }

        return text.ToString();
    }

    /// <summary>The calls that have a result, and after the end all of them.</summary>
    public static IEnumerable<ChatCall> Calls(RunTimeline run)
    {
        foreach (var turn in run.Turns)
        {
            foreach (var call in turn.Calls)
            {
                if (call.Finished is not null || run.State.HasEnded) yield return ChatCall.Of(call.Request, call.Finished?.Result);
            }
        }
    }

    public static IEnumerable<CallState> Approvals(RunTimeline run) => run.State.Calls.Where(call => call.Phase == CallPhase.AwaitingApproval);
}
