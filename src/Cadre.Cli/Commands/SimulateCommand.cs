using System.CommandLine;
using Cadre.Cli.Hosting;
using Cadre.Cli.Settings;
using Cadre.Cli.Terminals;
using Cadre.Simulator;

namespace Cadre.Cli.Commands;

/// <summary><c>cadre simulate</c>: a model endpoint on a real socket, for tests, demonstrations and chaos.</summary>
internal static class SimulateCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var script = new Option<string?>("--script") { Description = "A YAML script; without it, the built-in one.", HelpName = "file" };
        var port = new Option<int>("--port") { Description = "TCP port on 127.0.0.1; without it, a free one.", HelpName = "n", DefaultValueFactory = _ => 0 };
        port.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 0 or > 65_535) result.AddError("--port must be 0 to 65535.");
        });
        var noResponses = new Option<bool>("--no-responses") { Description = "Speak Chat Completions only, as many local servers do." };
        var noSchema = new Option<bool>("--no-json-schema") { Description = "Refuse structured output, as some local servers do." };
        var command = new Command("simulate", "Serve a simulated model endpoint until interrupted.") { script, port, noResponses, noSchema };
        command.SetAction((parsed, cancellationToken) => ExecuteAsync(
            parsed.GetValue(script), new() { Port = parsed.GetValue(port), NoResponses = parsed.GetValue(noResponses), NoJsonSchema = parsed.GetValue(noSchema), RecordRequests = false }, surroundings, cancellationToken));
        return command;
    }

    private static async Task<int> ExecuteAsync(string? script, SimulatorOptions options, Surroundings surroundings, CancellationToken cancellationToken)
    {
        var terminal = surroundings.Terminal;
        await using var server = await StartAsync(Load(script, surroundings), options, cancellationToken);
        terminal.Print($"export {SettingNames.BaseUrl}={server.BaseUrl.ToString().TrimEnd('/')}");
        terminal.Print($"export {SettingNames.ApiKey}=simulator");
        await terminal.Out.FlushAsync(cancellationToken);
        terminal.Say($"Serving the simulated model '{SimulatorOptions.BuiltInModel}' on {server.BaseUrl}; end with Ctrl-C.");
        await Task.Delay(Timeout.InfiniteTimeSpan, surroundings.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return ExitCode.Ok;
    }

    private static SimulatorScript Load(string? script, Surroundings surroundings)
    {
        if (script is null) return SimulatorScript.BuiltIn;
        try
        {
            return SimulatorScript.Load(Path.GetFullPath(script, surroundings.Directory));
        }
        catch (Exception fault) when (fault is SimulatorScriptException or IOException or UnauthorizedAccessException)
        {
            throw new CommandRefusedException(fault.Message, exitCode: ExitCode.Usage);
        }
    }

    private static async Task<SimulatorServer> StartAsync(SimulatorScript script, SimulatorOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await SimulatorServer.StartAsync(script, options, cancellationToken);
        }
        catch (IOException taken)
        {
            throw new CommandRefusedException($"Port {options.Port} cannot be used: {taken.Message}", "cadre simulate --port 0");
        }
    }
}
