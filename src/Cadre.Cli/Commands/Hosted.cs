using System.CommandLine;
using Cadre.Cli.Hosting;
using Cadre.Cli.Settings;
using Cadre.Cli.Terminals;

namespace Cadre.Cli.Commands;

/// <summary>What every command that needs settings does before and after its own work.</summary>
internal static class Hosted
{
    /// <summary>Gives the command an action that runs with settings and a host, or says what is wrong with them.</summary>
    public static Command Runs(this Command command, Surroundings surroundings, Func<ParseResult, CadreHost, CancellationToken, Task<int>> execute)
    {
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (Read(parsed, surroundings) is not { } settings) return ExitCode.Usage;
            await using var host = new CadreHost(settings, surroundings);
            return await execute(parsed, host, cancellationToken);
        });
        return command;
    }

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
