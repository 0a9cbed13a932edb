using Cadre.Cli.Hosting;
using Cadre.Cli.Rendering;
using Cadre.Cli.Terminals;
using Cadre.Engine.Runs;
using Cadre.Storage.Jsonl;

namespace Cadre.Cli.Commands;

/// <summary>Commands on runs from a process that does not drive them: told to the process that does, or recorded here when none does.</summary>
internal static class RunMail
{
    public static Task<int> DecideAsync(CadreHost host, PendingApproval pending, Decision decision, CancellationToken cancellationToken) => TellAsync(
        host,
        inbox => RunCommands.SendDecision(inbox, pending.Run, pending.Request.CallId, pending.Asked.Hash, decision, host.Surroundings.Time),
        control => control.DecideAsync(pending.Run, pending.Request.CallId, pending.Asked.Hash, decision, cancellationToken),
        pending.Run,
        decision.Approved ? "approved" : "denied",
        cancellationToken);

    public static Task<int> CancelAsync(CadreHost host, RunId run, string reason, CancellationToken cancellationToken) => TellAsync(
        host,
        inbox => RunCommands.SendCancel(inbox, run, host.Author, reason, host.Surroundings.Time),
        control => control.CancelAsync(run, host.Author, reason, cancellationToken),
        run,
        "cancelled",
        cancellationToken);

    private static async Task<int> TellAsync(
        CadreHost host, Action<Inbox> send, Func<RunControl, ValueTask<CommandResult>> record, RunId run, string done, CancellationToken cancellationToken)
    {
        var terminal = host.Surroundings.Terminal;
        if (JsonlJournal.FindHolder(host.Settings.StateDirectory) is { } holder)
        {
            send(Inbox.Open(host.Settings.StateDirectory));
            terminal.Say($"{done}: told to the cadre process {holder}, which is working on it.");
            return ExitCode.Ok;
        }

        await using var engine = await EngineHost.OpenAsync(host, 1, cancellationToken);
        switch (await record(engine.Control))
        {
            case CommandResult.Done:
                terminal.Say($"{done}. To go on: cadre resume {run.Root}");
                return ExitCode.Ok;
            case CommandResult.NoSuchRun:
                throw new CommandRefusedException($"There is no run '{run}'.", "cadre runs");
            case CommandResult.HasEnded:
                throw new CommandRefusedException($"{run} has ended.", $"cadre show {run}");
            case CommandResult.DoesNotFit:
                throw new CommandRefusedException("It was decided before.", $"cadre show {run}");
            case CommandResult.Busy:
                throw new CommandRefusedException("The run changes all the time; try again.");
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }
}
