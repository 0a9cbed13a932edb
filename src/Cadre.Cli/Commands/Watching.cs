using Cadre.Cli.Hosting;
using Cadre.Cli.Rendering;
using Cadre.Cli.Running;
using Cadre.Cli.Terminals;
using Cadre.Engine.Runs;

namespace Cadre.Cli.Commands;

/// <summary>Works on a run in front of a person or a program, and says how it ended. What <c>run</c> and <c>resume</c> have in common.</summary>
internal static class Watching
{
    public static async Task<int> UntilEndAsync(
        EngineHost engine, CadreHost host, RunId id, WatchRequest request, bool mayAsk, CancellationToken cancellationToken)
    {
        var terminal = host.Surroundings.Terminal;
        var prompt = mayAsk && terminal.CanAsk && !request.Json ? new ApprovalPrompt(terminal, host.Author) : null;
        var started = host.Surroundings.Time.GetTimestamp();
        var end = await new RunSession(engine, id, Display(terminal, request, host.Surroundings.Time), prompt).RunAsync(cancellationToken);
        var elapsed = host.Surroundings.Time.GetElapsedTime(started);
        var tree = end is SessionEnd.Broken ? null : await RunTree.LoadAsync(engine.Journal, id, CancellationToken.None);
        return Conclude(end, id, tree, elapsed, request, terminal);
    }

    private static IRunDisplay Display(Terminal terminal, WatchRequest request, TimeProvider time) =>
        request.Json ? new LineDisplay(null, new(terminal.Out))
        : request.Quiet ? new LineDisplay(null, null)
        : terminal.CanDraw ? new LiveDisplay(terminal.Drawing(), time)
        : new LineDisplay(new(terminal), null);

    /// <summary>The answer on standard output; how it ended, and what to do when it did not, on standard error.</summary>
    internal static int Conclude(SessionEnd end, RunId id, RunTree? tree, TimeSpan elapsed, WatchRequest request, Terminal terminal)
    {
        if (!request.Json && end is SessionEnd.Ended { Outcome.Output: { Length: > 0 } output }) terminal.Print(output);
        var summary = tree is null ? "" : $" in {TerminalText.Duration(elapsed)} · {SpendingText.Of(tree.Spent)}";
        switch (end)
        {
            case SessionEnd.Ended { Outcome.Status: RunStatus.Completed }:
                if (!request.Quiet && !request.Json) terminal.Say($"completed{summary} · {id}");
                return ExitCode.Ok;
            case SessionEnd.Ended(var outcome):
                terminal.Fail($"{id} ended as {outcome.Status.ToString().ToLowerInvariant()}{summary}. {outcome.Reason}", $"cadre show {id}");
                return outcome.Status == RunStatus.Cancelled ? ExitCode.Interrupted : ExitCode.Failed;
            case SessionEnd.Parked(var approvals):
                terminal.Fail($"{id} waits for {TerminalText.Plural(approvals.Count, "approval")}:");
                foreach (var pending in approvals) terminal.Say(Approvals.Describe(pending));
                terminal.Say($"  → cadre approvals approve {approvals[0].Run} {approvals[0].Request.CallId}    (or deny), then: cadre resume {id}");
                return ExitCode.Failed;
            case SessionEnd.Paused(var reason):
                terminal.Fail($"{id} is paused. {reason}", $"cadre resume {id}");
                return ExitCode.Failed;
            case SessionEnd.Interrupted:
                terminal.Fail("Interrupted. Nothing that was done is lost.", $"cadre resume {id}");
                return ExitCode.Interrupted;
            case SessionEnd.Broken(var reason):
                terminal.Fail($"{id} cannot go on: {reason}", $"mend that, then: cadre resume {id}");
                return ExitCode.Failed;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }
}
