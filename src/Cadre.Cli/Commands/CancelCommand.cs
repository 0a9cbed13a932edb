using System.CommandLine;
using Cadre.Cli.Hosting;
using Cadre.Cli.Running;
using Cadre.Cli.Terminals;
using Cadre.Storage.Jsonl;

namespace Cadre.Cli.Commands;

/// <summary><c>cadre cancel ID</c>: ends a run and everything below it.</summary>
internal static class CancelCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var run = new Argument<string>("run") { Description = RunLookup.ArgumentHelp };
        var reason = new Option<string>("--reason") { Description = "Kept with the run and in the audit.", HelpName = "text", DefaultValueFactory = _ => "no reason given" };
        return new Command("cancel", "End a run and everything below it.") { run, reason }.Runs(surroundings, (parsed, host, cancellationToken) =>
            ExecuteAsync(parsed.GetRequiredValue(run), parsed.GetRequiredValue(reason), host, cancellationToken));
    }

    private static async Task<int> ExecuteAsync(string text, string reason, CadreHost host, CancellationToken cancellationToken)
    {
        var id = await RunLookup.FindAsync(await host.ReadJournalAsync(cancellationToken), text, cancellationToken);
        if (JsonlJournal.FindHolder(host.Settings.StateDirectory) is not null) return await RunMail.CancelAsync(host, id, reason, cancellationToken);

        // Nobody drives it: it is brought to its end here, which needs no model.
        await using var engine = await EngineHost.OpenAsync(host, 1, cancellationToken);
        var result = await engine.Control.CancelAsync(id, host.Author, reason, cancellationToken);
        if (result == Engine.Runs.CommandResult.HasEnded) throw new CommandRefusedException($"{id} has ended.", $"cadre show {id}");
        await engine.Driver.TakeOverAsync(id, cancellationToken);
        var end = await new RunSession(engine, id, new Rendering.LineDisplay(null, null), null).RunAsync(cancellationToken);
        if (end is SessionEnd.Ended) host.Surroundings.Terminal.Say($"{id} is cancelled.");
        else host.Surroundings.Terminal.Fail($"{id} is to be cancelled and has not ended yet.", $"cadre resume {id}");
        return end is SessionEnd.Ended ? ExitCode.Ok : ExitCode.Failed;
    }
}
