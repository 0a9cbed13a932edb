using System.CommandLine;
using Cadre.Cli.Hosting;
using Cadre.Cli.Settings;
using Cadre.Cli.Terminals;
using Cadre.Engine.Ports;
using Cadre.Server.Hosting;
using Cadre.Storage.Durable;

namespace Cadre.Cli.Commands;

/// <summary><c>cadre serve</c>: the OpenAI-style platform, and the engine behind it, on one port.</summary>
internal static class ServeCommand
{
    public const string DefaultUrl = "http://127.0.0.1:5080";

    /// <summary>For requests and streams that are under way when the server is told to end.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);

    public static Command Create(Surroundings surroundings)
    {
        var urls = new Option<string>("--urls") { Description = "Where to listen.", HelpName = "url", DefaultValueFactory = _ => DefaultUrl };
        urls.Validators.Add(result =>
        {
            if (!Uri.TryCreate(result.GetValueOrDefault<string>(), UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
                result.AddError("--urls must be an address such as http://127.0.0.1:5080.");
        });
        var command = new Command("serve", "Serve assistants, threads, runs, files, responses and more, as OpenAI's APIs do, until interrupted.") { urls };
        return command.Runs(surroundings, (parsed, host, cancellationToken) => ServeAsync(host, parsed.GetValue(urls)!, cancellationToken));
    }

    private static async Task<int> ServeAsync(CadreHost commands, string url, CancellationToken cancellationToken)
    {
        await using var host = commands.ForServer();
        await using var server = await StartAsync(host, url, cancellationToken);
        var terminal = host.Surroundings.Terminal;
        if (server.FirstKey is { } key)
        {
            terminal.Say("This is the first start. Its API key is shown once; keep it:");
            terminal.Print(key);
        }

        terminal.Say($"Serving on {server.Address} (OpenAI base URL: {server.Address}v1); state in {host.Settings.StateDirectory}. End with Ctrl-C.");
        await terminal.Out.FlushAsync(CancellationToken.None);
        await server.Completion.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await server.StopAsync(Grace);
        await server.Completion;
        return ExitCode.Ok;
    }

    private static async Task<CadreServer> StartAsync(CadreHost host, string url, CancellationToken cancellationToken)
    {
        try
        {
            return await CadreServer.StartAsync(await ServerComposition.PartsAsync(host, url, cancellationToken), cancellationToken);
        }
        catch (StateLockedException locked)
        {
            throw new CommandRefusedException($"Another cadre server ({locked.Holder}) works with {host.Settings.StateDirectory}.", $"end it, or set {SettingNames.StateDirectory} to another directory");
        }
        catch (Exception failure) when (failure is StoreUnavailableException or UnauthorizedAccessException or IOException)
        {
            throw new CommandRefusedException($"The server cannot start: {failure.Message}");
        }
    }
}
