using System.CommandLine;
using System.Globalization;
using Cadre.Cli.Hosting;
using Cadre.Cli.Rendering;
using Cadre.Cli.Terminals;

namespace Cadre.Cli.Commands;

/// <summary><c>cadre runs</c>: the runs of this workspace, newest first.</summary>
internal static class RunsCommand
{
    private const int GoalLength = 70;

    public static Command Create(Surroundings surroundings)
    {
        var json = CommonOptions.Json("Print one run a line as JSON.");
        var limit = new Option<int>("--limit") { Description = "Runs to show.", HelpName = "n", DefaultValueFactory = _ => 20 };
        return new Command("runs", "List the runs of this workspace, newest first.") { json, limit }.Runs(surroundings, (parsed, host, cancellationToken) =>
            ExecuteAsync(Math.Max(1, parsed.GetValue(limit)), parsed.GetValue(json), host, cancellationToken));
    }

    private static async Task<int> ExecuteAsync(int limit, bool json, CadreHost host, CancellationToken cancellationToken)
    {
        var terminal = host.Surroundings.Terminal;
        var journal = await host.ReadJournalAsync(cancellationToken);
        var lines = new JsonLines(terminal.Out);
        var table = new TextTable("RUN", "STATUS", "STARTED (UTC)", "TOOK", "COST", "GOAL");
        var shown = 0;
        await foreach (var id in journal.ListAsync(cancellationToken))
        {
            if (id.Parent is not null) continue;
            if (shown++ == limit) break;
            var run = await RunSummary.LoadAsync(journal, id, cancellationToken);
            if (json) lines.Write(run.WriteTo);
            else table.Row(run.Id.ToString(), run.Status, run.StartedAt.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture), TerminalText.Duration(run.Elapsed), SpendingText.Cost(run.Spent), TerminalText.Line(run.Goal, GoalLength));
        }

        if (json) return ExitCode.Ok;
        if (shown == 0) terminal.Say($"There are no runs in {host.Settings.StateDirectory}. Start one: cadre \"Describe workspace\"");
        else table.PrintTo(terminal);
        return ExitCode.Ok;
    }
}
