using System.CommandLine;
using Cadre.Cli.Hosting;
using Cadre.Cli.Settings;
using Cadre.Cli.Terminals;

namespace Cadre.Cli.Commands;

/// <summary>What every command that needs settings does before and after its own work.</summary>
internal static class Hosted
{
    private const int MaxSentence = 300;

    /// <summary>Gives the command an action that runs with settings and a host, or says what is wrong with them.</summary>
    public static Command Runs(this Command command, Surroundings surroundings, Func<ParseResult, CadreHost, CancellationToken, Task<int>> execute)
    {
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (Read(parsed, surroundings) is not { } settings) return ExitCode.Usage;
            await using var host = new CadreHost(settings, surroundings);
            try
            {
                return await execute(parsed, host, cancellationToken);
            }
            catch (Exception unknown) when (IsUnknown(unknown))
            {
                if (!host.Log.Keep(unknown)) throw;
                surroundings.Terminal.Fail($"Something went wrong that Cadre does not know how to handle: {TerminalText.Line(unknown.Message, MaxSentence)}", $"please report it with the end of {settings.LogFile}");
                return ExitCode.Failed;
            }
        });
        return command;
    }

    /// <summary>Neither said already nor understood at the edge of the process.</summary>
    private static bool IsUnknown(Exception exception) => exception is not (CommandRefusedException or OperationCanceledException) && BrokenWorld.Describe(exception) is null;

    /// <summary>Null, and everything that is wrong on standard error.</summary>
    public static CadreSettings? Read(ParseResult parsed, Surroundings surroundings)
    {
        var reader = new SettingsReader(surroundings.Variables, surroundings.Directory);
        var (settings, errors) = reader.Read(new(parsed.GetValue<string?>("--workspace"), ModelOf(parsed)));
        foreach (var error in errors) surroundings.Terminal.Fail(error);
        foreach (var warning in settings?.Warnings ?? []) surroundings.Terminal.Say($"cadre: {warning}");
        return settings;
    }

    private static string? ModelOf(ParseResult parsed) =>
        parsed.CommandResult.Command.Options.OfType<Option<string?>>().FirstOrDefault(option => option.Name == "--model") is { } model ? parsed.GetValue(model) : null;
}
