using System.Text.Json;
using Cadre.Cli.Terminals;
using Cadre.Engine.Budgets;
using Cadre.Engine.Models;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;

namespace Cadre.Cli.Rendering;

/// <summary>A run in a few words: what a list of runs shows, and the head of <c>cadre show</c>.</summary>
/// <param name="Status">completed, failed, cancelled, incomplete, expired; open, paused or approval while it has not ended.</param>
internal sealed record RunSummary(RunId Id, string Status, string Goal, DateTimeOffset StartedAt, TimeSpan Elapsed, Spending Spent, string? Reason)
{
    public static RunSummary Of(RunTree tree)
    {
        var root = tree.Root;
        var goal = root.Definition?.Goal?.Goal ?? (root.History.Count > 0 && root.History[0] is Message.User message ? message.PlainText : "");
        return new(tree.Id, StatusOf(tree), goal, root.StartedAt, root.LastAt - root.StartedAt, tree.Spent, root.Outcome?.Reason ?? root.Paused?.Reason);
    }

    /// <summary>Of one run of a list. What ended needs no look at its children.</summary>
    public static async ValueTask<RunSummary> LoadAsync(IJournal journal, RunId id, CancellationToken cancellationToken)
    {
        try
        {
            return Of(await RunTree.LoadAsync(journal, id, cancellationToken));
        }
        catch (JournalDamagedException damage)
        {
            return new(id, "damaged", damage.Message, default, TimeSpan.Zero, Spending.None, damage.Message);
        }
    }

    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteString("run", Id.ToString());
        json.WriteString("status", Status);
        json.WriteString("goal", Goal);
        json.WriteString("started_at", StartedAt);
        json.WriteNumber("elapsed_ms", (long)Elapsed.TotalMilliseconds);
        json.WriteNumber("calls", Spent.Calls);
        json.WriteNumber("turns", Spent.Turns);
        json.WriteNumber("input_tokens", Spent.Tokens.Input);
        json.WriteNumber("output_tokens", Spent.Tokens.Output);
        json.WriteNumber("cost_usd", Spent.Money);
        json.WriteNumber("unpriced_turns", Spent.UnpricedTurns);
        if (Reason is not null) json.WriteString("reason", Reason);
    }

    private static string StatusOf(RunTree tree) => tree.Root switch
    {
        { Outcome: { } outcome } => outcome.Status.ToString().ToLowerInvariant(),
        _ when tree.Approvals.Any() => "approval",
        _ when tree.Runs.Any(run => run is { HasEnded: false, Paused: not null }) => "paused",
        _ => "open",
    };
}

/// <summary>A whole run as text: plan, steps, calls, cost.</summary>
internal static class RunReport
{
    private const int LineLength = 160;

    public static string Of(RunTree tree)
    {
        var summary = RunSummary.Of(tree);
        var lines = new List<string>
        {
            $"run      {summary.Id}",
            $"status   {summary.Status}{(summary.Reason is { } reason ? $": {TerminalText.Line(reason, LineLength)}" : "")}",
            $"goal     {TerminalText.Line(summary.Goal, LineLength)}",
            $"started  {summary.StartedAt:yyyy-MM-dd HH:mm:ss} UTC, {TerminalText.Duration(summary.Elapsed)}",
            $"spent    {SpendingText.Of(summary.Spent)}, {TerminalText.Plural(summary.Spent.Turns, "model call")}",
            "",
        };
        foreach (var row in ProgressRow.Of(tree))
        {
            lines.Add($"{LivePicture.Mark(row.State, 0).Mark} {row.Title}{(row.Activity.Length > 0 ? "  " + row.Activity : "")}");
            lines.AddRange(Calls(tree, row));
        }

        if (tree.Approvals.ToArray() is { Length: > 0 } approvals)
        {
            lines.Add("");
            lines.Add("Waiting for approval:");
            lines.AddRange(approvals.Select(Commands.Approvals.Describe));
        }

        if (tree.Root.Outcome?.Output is { Length: > 0 } output) lines.AddRange(["", output]);
        return string.Join('\n', lines);
    }

    private static IEnumerable<string> Calls(RunTree tree, ProgressRow row)
    {
        if (tree.Root.Goal is not { } goal) return CallsOf(tree.Root);
        var step = goal.Steps.FirstOrDefault(step => row.Title.StartsWith(TerminalText.Line(step.Step.Title, LineLength), StringComparison.Ordinal));
        if (step is null || goal.Plan is null) return [];
        return Enumerable.Range(1, step.Attempt).SelectMany(attempt => CallsOf(tree[tree.Id.Child(goal.WorkKey(step with { Attempt = attempt }))]));
    }

    private static IEnumerable<string> CallsOf(RunState run)
    {
        var outputs = run.History.OfType<Message.ToolOutput>().Select(output => output.CallId).ToHashSet(StringComparer.Ordinal);
        return run.History.OfType<Message.Assistant>().Where(message => !message.Calls.IsDefault).SelectMany(message => message.Calls)
            .Select(call => $"    {(outputs.Contains(call.CallId) ? "·" : "?")} {CallText.Of(call, LineLength)}");
    }
}
