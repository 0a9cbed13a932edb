using System.CommandLine;
using Cadre.Cli.Hosting;
using Cadre.Cli.Terminals;
using Cadre.Tools.Mcp.Configuration;
using Cadre.Tools.Mcp.OAuth;

namespace Cadre.Cli.Commands;

/// <summary><c>cadre mcp login</c> and <c>logout</c>: a person signs in to an endpoint of mcp.json, with a browser that may be on another machine's screen.</summary>
internal static class McpLoginCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public static Command Create(Surroundings surroundings)
    {
        var (endpoint, server) = (Endpoint(), Server());
        return new Command("login", "Sign in to an endpoint: prints the address to open in a browser, and waits.") { endpoint, server }.Runs(surroundings, async (parsed, host, cancellationToken) =>
        {
            await using var other = parsed.GetValue(server) ? host.ForServer() : null;
            return await LoginAsync(parsed.GetRequiredValue(endpoint), other ?? host, cancellationToken);
        });
    }

    public static Command CreateLogout(Surroundings surroundings)
    {
        var (endpoint, server) = (Endpoint(), Server());
        return new Command("logout", "Forget the tokens for an endpoint.") { endpoint, server }.Runs(surroundings, async (parsed, host, _) =>
        {
            await using var other = parsed.GetValue(server) ? host.ForServer() : null;
            var name = parsed.GetRequiredValue(endpoint);
            var had = (other ?? host).VaultOf(Find(name, host)).Remove();
            surroundings.Terminal.Print(had ? $"signed out of {name}" : $"nobody was signed in to {name}");
            return ExitCode.Ok;
        });
    }

    private static async Task<int> LoginAsync(string name, CadreHost host, CancellationToken cancellationToken)
    {
        var (endpoint, terminal) = (Find(name, host), host.Surroundings.Terminal);
        using var callback = CallbackListener.Start();
        using var flow = host.Mcp.FlowOf(endpoint, callback.Address) ?? throw new CommandRefusedException($"'{name}' has an Authorization header in {host.Settings.McpFile}, and is not signed in to.");
        var vault = host.VaultOf(endpoint);
        try
        {
            var (pending, state) = await flow.BeginAsync(await vault.ReadAsync(cancellationToken) ?? OAuthState.Empty, null, cancellationToken);
            await vault.WriteAsync(state, cancellationToken);
            terminal.Say("Open this address in a browser:");
            terminal.Print(pending.AuthorizationUrl);
            using var limit = new CancellationTokenSource(Patience, host.Surroundings.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            var answer = await callback.WaitAsync(pending.State, either.Token);
            await vault.WriteAsync(await flow.CompleteAsync(state, pending, answer, cancellationToken), cancellationToken);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CommandRefusedException($"Nobody came back from the browser within {Patience.TotalMinutes:0} minutes.", $"cadre mcp login {name}");
        }
        catch (Exception failure) when (failure is OAuthException or HttpRequestException)
        {
            throw new CommandRefusedException($"Not signed in to {name}: {failure.Message}");
        }

        terminal.Say($"Signed in to {name}.");
        return ExitCode.Ok;
    }

    private static McpEndpoint.Http Find(string name, CadreHost host) =>
        McpConfiguration.Load(host.Settings.McpFile).Endpoints.OfType<McpEndpoint.Http>().FirstOrDefault(each => each.Name == name)
        ?? throw new CommandRefusedException($"There is no endpoint '{name}' with a URL in {host.Settings.McpFile}.", "cadre mcp health");

    private static Argument<string> Endpoint() => new("endpoint") { Description = "The endpoint's name in mcp.json." };

    private static Option<bool> Server() => new("--server") { Description = "For the runs of cadre serve on this machine, which have tokens of their own." };
}
