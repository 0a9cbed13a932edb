using System.CommandLine;
using Cadre.Cli.Hosting;
using Cadre.Cli.Running;
using Cadre.Cli.Terminals;
using Cadre.Engine.Runs;

namespace Cadre.Cli.Commands;

/// <summary><c>cadre resume ID</c>: goes on where a run was interrupted, paused or killed.</summary>
internal static class ResumeCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var run = new Argument<string>("run") { Description = RunLookup.ArgumentHelp };
        var watching = new WatchOptions();
        var command = new Command("resume", "Go on with a run that was interrupted, paused or killed.") { run, watching.Json, watching.Quiet };
        return command.Runs(surroundings, (parsed, host, cancellationToken) =>
            ExecuteAsync(parsed.GetRequiredValue(run), watching.Read(parsed), host, cancellationToken));
    }

    private static async Task<int> ExecuteAsync(string text, WatchRequest watching, CadreHost host, CancellationToken cancellationToken)
    {
        var terminal = host.Surroundings.Terminal;
        await using var engine = await EngineHost.OpenAsync(host, GoalDefinition.MaxParallel, cancellationToken);
        var id = (await RunLookup.FindAsync(engine.Journal, text, cancellationToken)).Root;
        var state = await engine.Control.LoadAsync(id, cancellationToken) ?? throw new CommandRefusedException($"There is no run '{text}'.", "cadre runs");
        if (!state.HasEnded)
        {
            CheckWorkspace(state, host);
            await host.CheckToolsAsync(cancellationToken);
            RunCommand.SayWhichModel(host, watching);
            if (!watching.Quiet && await ModelMismatch.FindAsync(state.Definition!, host) is { } mismatch) terminal.Say(mismatch);
            await engine.Driver.TakeOverAsync(id, cancellationToken);
        }
        else if (!watching.Quiet)
        {
            terminal.Say($"{id} has ended; this is its answer.");
        }

        return await Watching.UntilEndAsync(engine, host, id, watching, state.Definition!.Approvals == ApprovalMode.Ask, cancellationToken);
    }

    /// <summary>A run belongs to the workspace that it began in: its plan and its results are about those files.</summary>
    private static void CheckWorkspace(RunState state, CadreHost host)
    {
        if (state.Definition!.Metadata.TryGetValue("workspace", out var workspace) && workspace != host.Settings.Workspace)
            throw new CommandRefusedException($"{state.Id} works in {workspace}, and this is {host.Settings.Workspace}.", $"cadre resume {state.Id} --workspace {workspace}", ExitCode.Usage);
    }
}
