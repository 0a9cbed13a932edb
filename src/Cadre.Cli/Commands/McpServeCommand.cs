using System.CommandLine;
using Cadre.Cli.Remote;
using Cadre.Cli.Terminals;

namespace Cadre.Cli.Commands;

/// <summary><c>cadre mcp serve</c>: the tools of a running server, for a client that starts its MCP servers as programs.</summary>
internal static class McpServeCommand
{
    public static Command Create(Surroundings surroundings)
    {
        var (url, key) = (ServerClient.UrlOption(), ServerClient.KeyOption());
        var command = new Command("serve", "Offer a running server's tools over standard input and output, to clients that start their MCP servers themselves.") { url, key };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var server = ServerClient.Create(parsed.GetValue(url), parsed.GetValue(key), surroundings);
            await server.SendAsync(HttpMethod.Get, "readyz", null, cancellationToken);
            await server.BridgeAsync(surroundings.Terminal.In, cancellationToken);
            return ExitCode.Ok;
        });
        return command;
    }
}
