using Cadre.Cli.Terminals;
using Cadre.Engine.Goals;
using Cadre.Engine.Models;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;

namespace Cadre.Cli.Rendering;

/// <summary>A line per thing that happened, for logs, pipes and terminals that cannot draw.</summary>
internal sealed class PlainProgress(Terminal terminal)
{
    private const int LineLength = 160;

    /// <param name="tree">With this fact applied.</param>
    public void Show(RunTree tree, FeedItem.Fact fact)
    {
        if (Line(tree, fact) is { } line) terminal.Say(line);
    }

    public void Show(RunTree tree, FeedItem.Live live)
    {
        if (live.Kind == LiveKind.Retry) terminal.Say($"{Place(tree, live.Run)}the model is asked again: {TerminalText.Line(live.Text, LineLength)}");
    }

    /// <summary>Null for what need not be said.</summary>
    internal static string? Line(RunTree tree, FeedItem.Fact fact)
    {
        var place = Place(tree, fact.Run);
        return fact.Event switch
        {
            RunEvent.PlanMade e => Plan(e.Plan),
            RunEvent.ChildStarted e when Child(tree, e.Key) is { } what => what,
            RunEvent.CallStarted e => $"{place}{Call(tree[fact.Run], e.CallId)}{(e.Attempt > 1 ? $" (again, {e.Attempt})" : "")}",
            RunEvent.CallFinished { Result.Status: not ToolStatus.Succeeded } e =>
                $"{place}{Tool(tree[fact.Run], e.CallId)} {Word(e.Result.Status)}: {TerminalText.Line(e.Result.Output, LineLength)}",
            RunEvent.ApprovalAsked e => $"{place}needs approval: {Call(tree[fact.Run], e.CallId)} (rule {e.Rule}: {TerminalText.Line(e.Because, LineLength)})",
            RunEvent.ApprovalGiven e => $"{place}{Tool(tree[fact.Run], e.CallId)} {(e.Approved ? "approved" : "declined")} by {e.Author}",
            RunEvent.StepReviewed e => Review(tree, e),
            RunEvent.HistoryCompacted => $"{place}history compacted",
            RunEvent.Paused e => $"{place}paused: {TerminalText.Line(e.Reason, LineLength)}",
            RunEvent.CancelRequested e when fact.Run == tree.Id => $"cancelled by {e.Author}: {TerminalText.Line(e.Reason, LineLength)}",
            RunEvent.Resumed when fact.Run == tree.Id => $"resumed {tree.Id}",
            RunEvent.Ended { Outcome: { Status: not RunStatus.Completed } outcome } when fact.Run != tree.Id =>
                $"{place}ended as {outcome.Status.ToString().ToLowerInvariant()}: {TerminalText.Line(outcome.Reason ?? "", LineLength)}",
            _ => null,
        };
    }

    private static string Plan(Plan plan)
    {
        var number = plan.Steps.Select((step, index) => (step.Id, Number: index + 1)).ToDictionary(step => step.Id, step => step.Number, StringComparer.Ordinal);
        var steps = plan.Steps.Select((step, index) =>
        {
            var after = step.DependsOn.Length == 0 ? "" : $" (after {string.Join(", ", step.DependsOn.Select(id => number.GetValueOrDefault(id)))})";
            return $"  {index + 1}. {TerminalText.Line(step.Title, LineLength)}{after}";
        });
        return $"{(plan.Revision > 1 ? $"plan, revision {plan.Revision}:" : "plan:")}\n{string.Join('\n', steps)}";
    }

    private static string? Child(RunTree tree, string key)
    {
        if (tree.Root.Goal is not { } goal) return null;
        if (key == goal.PlannerKey) return "planning";
        if (key == goal.ReportKey) return "reporting";
        foreach (var step in goal.Steps)
        {
            if (goal.Plan is null) break;
            if (key == goal.WorkKey(step)) return $"[{step.Number}] {(step.Attempt > 1 ? $"started, attempt {step.Attempt}" : "started")}";
            if (key == goal.ReviewKey(step)) return $"[{step.Number}] in review";
        }

        return null;
    }

    private static string Review(RunTree tree, RunEvent.StepReviewed e)
    {
        var step = tree.Root.Goal?.Steps.FirstOrDefault(step => step.Step.Id == e.StepId);
        var word = e.Review.Verdict switch
        {
            ReviewVerdict.Accept => "accepted",
            ReviewVerdict.Retry => "to be tried again",
            ReviewVerdict.Replan => "needs a new plan",
            ReviewVerdict.Stop => "stopped",
        };
        return $"{(step is null ? "report" : $"[{step.Number}]")} {word}: {TerminalText.Line(e.Review.Reason, LineLength)}";
    }

    /// <summary>Which part of the goal a run belongs to.</summary>
    private static string Place(RunTree tree, RunId run)
    {
        if (run == tree.Id || tree.Root.Goal is not { } goal) return "";
        var key = run.Key;
        if (key.StartsWith("plan-", StringComparison.Ordinal)) return "[plan] ";
        if (key.StartsWith("report-", StringComparison.Ordinal)) return "[report] ";
        if (goal.Plan is null) return "";
        foreach (var step in goal.Steps)
        {
            if (key == goal.WorkKey(step)) return $"[{step.Number}] ";
            if (key == goal.ReviewKey(step)) return $"[{step.Number} review] ";
        }

        return "";
    }

    private static string Call(RunState run, string callId) =>
        run.Calls.FirstOrDefault(call => call.Request.CallId == callId) is { } call ? CallText.Of(call.Request, LineLength) : callId;

    /// <summary>The call may have left the turn with this very fact: then the history knows it.</summary>
    private static string Tool(RunState run, string callId) =>
        run.Calls.FirstOrDefault(call => call.Request.CallId == callId)?.Request.Tool
        ?? run.History.OfType<Message.Assistant>().Where(message => !message.Calls.IsDefault).SelectMany(message => message.Calls).LastOrDefault(call => call.CallId == callId)?.Tool
        ?? callId;

    private static string Word(ToolStatus status) => status switch
    {
        ToolStatus.Succeeded => "succeeded",
        ToolStatus.Failed => "failed",
        ToolStatus.Denied => "denied",
        ToolStatus.InDoubt => "in doubt",
        ToolStatus.Cancelled => "cancelled",
    };
}
